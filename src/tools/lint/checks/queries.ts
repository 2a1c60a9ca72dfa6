// What becomes of queries and of bytes that a query may not hold.

import { languageWith } from '../../../kit/regex/language.ts';
import type { Segment } from '../../../rules/template.ts';
import { type Check, config, htaccess } from '../check.ts';
import { requestFor } from '../request-for.ts';
import type { RewriteScope, RuleAt } from '../rewrite-scope.ts';
import { type Sample, tryRules } from '../sample.ts';
import { asked, eachRule, partOf, rewritten, withFlag } from './rule-checks.ts';

/** The groups of the pattern that stand behind the `?` of the substitution. */
function groupsInQuery({ rule }: RuleAt): readonly number[] {
  let isQuery = false;
  return (rule.substitution?.segments ?? []).flatMap((segment: Segment) => {
    if (typeof segment === 'string') isQuery ||= segment.includes('?');
    return isQuery && typeof segment !== 'string' && segment.kind === 'backref' && segment.of === 'rule'
      ? [segment.group]
      : [];
  });
}

/** A request that has a text in a group of the pattern. */
function requestWith(scope: RewriteScope, at: RuleAt, group: number, text: string): Sample | undefined {
  const { regex } = at.rule.pattern;
  const subject = languageWith(regex.source, { nocase: at.rule.flags.noCase }, group, text);
  return subject === undefined ? undefined : (requestFor(scope, at, { subject }) ?? undefined);
}

const spaceInQuery: Check = {
  id: 'space-in-query',
  severity: 'warning',
  title: 'An address with a space is answered 403',
  why: 'The path is decoded before rules see it. A space that a back-reference brings into the query is refused (AH10411), and an & in the address begins a parameter of its own.',
  mend: 'Add [B], which escapes what back-references bring; with [BNP] a space becomes %20 and not +.',
  bad: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^(.*)$ index.php?q=$1 [L,QSA]',
    ),
  ],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^(.*)$ index.php?q=$1 [L,QSA,B]',
    ),
    htaccess('RewriteEngine On\nRewriteRule ^item/([0-9]+)$ item.php?id=$1 [L,QSA]'),
  ],
  run(target, report) {
    eachRule(target, (at, scope) => {
      if (at.rule.flags.backrefEscape !== undefined) return;
      for (const group of groupsInQuery(at)) {
        const request = requestWith(scope, at, group, 'a b');
        const result = request ? tryRules(scope, request)?.result : undefined;
        if (!request || result?.rule !== at.rule || result.outcome.kind !== 'status') continue;
        if (result.outcome.status !== 403) continue;
        report(at.line, {
          message: `${asked(request)} is answered 403: the query would have a space in it`,
          hint: `Write ${rewritten(at, { flags: withFlag(at, 'B') })}`,
          ...partOf(at, 'substitution'),
        });
        return;
      }
    });
  },
};

const queryDropped: Check = {
  id: 'query-dropped',
  severity: 'note',
  title: 'The query of the request is lost',
  why: 'A substitution with a query of its own replaces the one that came: ?page=2 never arrives.',
  mend: 'Add [QSA], which puts it behind.',
  bad: [htaccess('RewriteEngine On\nRewriteRule ^item/([0-9]+)$ item.php?id=$1 [L]')],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^item/([0-9]+)$ item.php?id=$1 [L,QSA]'),
    htaccess('RewriteEngine On\nRewriteRule ^item/([0-9]+)$ item.php?id=$1&%{QUERY_STRING} [L]'),
    htaccess('RewriteEngine On\nRewriteRule ^item/([0-9]+)$ /thing/$1? [R=301,L]'),
  ],
  run(target, report) {
    eachRule(target, (at, scope) => {
      const { flags, substitution, conditions, query } = at.rule;
      if (flags.redirect || query.never || query.discard || query.append || substitution === undefined)
        return;
      if (conditions.some(({ subject }) => subject.text.includes('QUERY_STRING'))) return;
      const request = requestFor(scope, at);
      const result = request ? tryRules(scope, { ...request, query: 'page=2' })?.result : undefined;
      if (!request || result === undefined || result.rule !== at.rule || result.outcome.kind === 'redirect')
        return;
      if (result.query === undefined || result.query.includes('page=2')) return;
      report(at.line, {
        message: `${asked({ ...request, query: 'page=2' })} loses its query`,
        hint: `Write ${rewritten(at, { flags: withFlag(at, 'QSA') })} if it is wanted`,
        ...partOf(at, 'flags'),
      });
    });
  },
};

const questionMark: Check = {
  id: 'question-mark-in-path',
  severity: 'note',
  title: 'An address with an escaped question mark is answered 403',
  why: 'A back-reference that takes anything takes a decoded %3F too, which would begin a query; such requests are refused (AH10508) since 2.4.60.',
  mend: 'Leave ? out of what the group takes: ([^?]*). [B] escapes it where the result is a query; UnsafeAllow3F lets it through.',
  bad: [config('RewriteEngine On\nRewriteRule ^/wiki/(.*)$ /index.php/$1 [PT]')],
  good: [config('RewriteEngine On\nRewriteRule ^/wiki/([^?]*)$ /index.php/$1 [PT]')],
  run(target, report) {
    eachRule(target, (at, scope) => {
      const { substitution, flags } = at.rule;
      if (substitution === undefined || flags.redirect || flags.backrefEscape !== undefined) return;
      for (const segment of substitution.segments) {
        if (typeof segment === 'string' || segment.kind !== 'backref' || segment.of !== 'rule') continue;
        const request = requestWith(scope, at, segment.group, 'a?b');
        const outcome = request ? tryRules(scope, request)?.result.outcome : undefined;
        if (!request || outcome?.kind !== 'status' || outcome.code !== 'AH10508') continue;
        report(at.line, { message: `${asked(request)} is answered 403`, ...partOf(at, 'substitution') });
        return;
      }
    });
  },
};

export const queries: readonly Check[] = [spaceInQuery, queryDropped, questionMark];
