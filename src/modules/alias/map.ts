// Mapping: which alias applies to a path, and what file name it makes.

import type { Place } from '../../kit/place.ts';
import { andThen, type Soon, settle } from '../../kit/wait.ts';
import { textOf } from '../../request/evaluate.ts';
import type { Exchange } from '../../request/exchange.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import type { AliasEntry, SectionAlias } from './config.ts';
import { firstThatApplies } from './entry-index.ts';
import { matchPrefix } from './prefix.ts';
import { substituteGroups } from './substitute.ts';

/** Note by which mod_cgi knows that ScriptAlias, not an option of the directory, allows the script. */
const FORCED_TYPE = 'alias-forced-type';

function takeHandler(x: Exchange, handler: string | undefined): void {
  if (handler === undefined) return;
  x.handler = handler;
  x.notes.set(FORCED_TYPE, handler);
}

function tellMapped(x: Exchange, place: Place): void {
  x.site.rehearsal?.note(x, { kind: 'line', place, result: x.filename ?? '' });
}

function apply(x: Exchange, entry: AliasEntry): boolean {
  if (entry.regex) {
    const match = entry.regex.exec(x.uri);
    if (!match) return false;
    x.filename = substituteGroups(entry.target, match.groups);
  } else {
    const covered = matchPrefix(x.uri, entry.prefix!);
    if (covered === 0) return false;
    x.filename = entry.target + x.uri.slice(covered);
    x.contextPrefix = entry.prefix!;
    x.contextDocumentRoot = entry.target;
  }
  takeHandler(x, entry.handler);
  tellMapped(x, entry.place);
  return true;
}

/** The first alias that matches gives the file name. */
export function mapByAlias(x: Exchange, entries: readonly AliasEntry[]): Verdict {
  return firstThatApplies(entries, x.uri, (entry) => (apply(x, entry) ? OK : undefined)) ?? DECLINED;
}

/** A <Location>'s alias: the section as a whole, or with AliasPreservePath what is below it too. */
export function mapBySection(x: Exchange, alias: SectionAlias, preservePath: boolean): Soon<Verdict> {
  return andThen(settle(textOf(x, alias.target)), (text) => {
    if (text === undefined) return 500;
    const target = alias.resolve(text);
    const covered = preservePath && !alias.isRegex ? matchPrefix(x.uri, alias.prefix) : 0;
    x.filename = covered > 0 ? target + x.uri.slice(covered) : target;
    if (covered > 0) {
      x.contextPrefix = alias.prefix;
      x.contextDocumentRoot = target;
    }
    takeHandler(x, alias.handler);
    tellMapped(x, alias.place);
    return OK;
  });
}
