// Comments that switch checks off: for a line, for the next one, for the rest of a file.
//
//   # portico-lint-disable-next-line ID [ID …]      the line below
//   RewriteRule … [L] # portico-lint-disable-line ID   this line, where Apache takes words behind the last argument
//   # portico-lint-disable-file ID [ID …]           the whole file
//
// Without an id all checks are meant.

import type { Place } from '../../kit/place.ts';
import { suggest } from '../../kit/suggest.ts';
import type { Check } from './check.ts';
import type { Finding } from './finding.ts';
import type { Target } from './target.ts';

export interface Suppressions {
  /** Whether a comment silences that check at a place; `first` is where the directive begins. */
  silences(id: string, place: Place | undefined, first: Place | undefined): boolean;
  /** About the comments themselves. */
  readonly findings: readonly Finding[];
}

/** One comment: the checks that it names (all of them, where it names none), and the line that it is for. */
interface Comment {
  readonly file: string;
  readonly ids: readonly string[];
  /** Undefined for the whole file. */
  readonly line: number | undefined;
}

const COMMENT = /#[ \t]*portico-lint-disable-(line|next-line|file)\b[ \t]*([^#]*)$/;

export function readSuppressions(target: Target, checks: readonly Check[]): Suppressions {
  const comments: Comment[] = [];
  const findings: Finding[] = [];
  for (const [file, text] of textsOf(target))
    for (const [index, line] of text.split('\n').entries()) {
      const found = COMMENT.exec(line.trimEnd());
      if (found === null) continue;
      const ids = found[2]!.split(/[\s,]+/).filter(Boolean);
      const at = found[1] === 'file' ? undefined : index + (found[1] === 'line' ? 1 : 2);
      comments.push({ file, ids, line: at });
      for (const id of ids) {
        const place = { file, line: index + 1, column: line.indexOf(id) + 1, text: line };
        if (!id.includes('/') && !checks.some((check) => check.id === id))
          findings.push(unknownId(id, place, checks));
      }
    }
  const isMeant = ({ ids, line, file }: Comment, id: string, place: Place): boolean =>
    file === place.file &&
    (ids.length === 0 || ids.includes(id)) &&
    (line === undefined || line === place.line);
  return {
    findings,
    silences: (id, ...places) =>
      comments.some((comment) => places.some((place) => place !== undefined && isMeant(comment, id, place))),
  };
}

function unknownId(id: string, place: Place, checks: readonly Check[]): Finding {
  const near = suggest(
    id,
    checks.map((check) => check.id),
  );
  const hint = near === undefined ? 'portico lint --list shows all of them.' : `Did you mean ${near}?`;
  const diagnostic = {
    code: 'lint/unknown-id',
    severity: 'warning',
    label: 'warning',
    place,
    message: `no check is called ${id}: the comment switches nothing off`,
    hint,
    length: id.length,
  } as const;
  return { id: 'unknown-id', severity: 'warning', diagnostic };
}

/** The files that the target's lines stand in. */
function textsOf({ lines, blocks }: Target): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const node of [...lines, ...blocks].map((each) => each.node)) {
    const source = node?.line.source;
    if (source === undefined || texts.has(source.file)) continue;
    texts.set(source.file, source.text);
  }
  return texts;
}
