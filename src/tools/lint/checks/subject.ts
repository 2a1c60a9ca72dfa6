// Patterns that wait for something that a rule's subject never is. Decided over all subjects there are, by automaton.

import { findText } from '../../../kit/regex/language.ts';
import { type Check, config, htaccess } from '../check.ts';
import { subjectDemands, subjectsOf } from '../request-for.ts';
import type { RewriteScope, RuleAt } from '../rewrite-scope.ts';
import { languageFor } from '../values.ts';
import { eachRule, partOf, rewritten, seesRequest } from './rule-checks.ts';

/** No subject of the scope matches, whatever is asked for. */
function neverMatches(scope: RewriteScope, at: RuleAt): boolean {
  const demands = subjectDemands(scope, at);
  return demands !== undefined && findText(demands) === null;
}

/** Whether the pattern, rid of that one thing, would match. */
function wouldMatch(scope: RewriteScope, at: RuleAt, pattern: string): boolean {
  const language = languageFor(pattern, at.rule.flags.noCase);
  return (
    language !== undefined && typeof findText([{ language, inside: true }, ...subjectsOf(scope)]) === 'string'
  );
}

/** Texts of which one stands in every subject that matches. */
function needs(at: RuleAt, test: (text: string) => boolean): boolean {
  const { pattern } = at.rule;
  return !pattern.negated && pattern.regex.needs.some(({ texts }) => texts.every(test));
}

/** What else a pattern needs that no subject has; said by another check, and more closely. */
function hasBetterReason(at: RuleAt): boolean {
  return needs(at, hasHost) || needs(at, hasQuery);
}

const hasHost = (text: string): boolean => /^https?:\/\//.test(text);
const hasQuery = (text: string): boolean => text.includes('?');

const withSlash: Check = {
  id: 'pattern-with-slash',
  severity: 'error',
  title: 'A pattern in a directory begins with a slash',
  why: 'In .htaccess and <Directory> the path of the directory is taken off, the slash behind it too: the pattern sees page.html, never /page.html. The rule never matches.',
  mend: 'Take the slash out of the pattern, or write ^/? for a rule that has to work in both places.',
  bad: [htaccess('RewriteEngine On\nRewriteRule ^/old/(.*)$ /new/$1 [R=301,L]')],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^old/(.*)$ /new/$1 [R=301,L]'),
    htaccess('RewriteEngine On\nRewriteRule ^/?old/(.*)$ /new/$1 [R=301,L]'),
    config('RewriteEngine On\nRewriteRule ^/old/(.*)$ /new/$1 [R=301,L]'),
  ],
  run(target, report) {
    eachRule(target, (at, scope) => {
      if (scope.context !== 'directory' || hasBetterReason(at) || !seesRequest(scope, at)) return;
      const { text } = at.rule.pattern;
      const pattern = text.replace(/^(\^\(*)\/\+?/, '$1');
      if (pattern === text || !neverMatches(scope, at) || !wouldMatch(scope, at, pattern)) return;
      report(at.line, {
        message: `the pattern ${text} never matches here: what it sees has no slash in front`,
        hint: `Write ${rewritten(at, { pattern })}`,
        ...partOf(at, 'pattern'),
      });
    });
  },
};

const withoutSlash: Check = {
  id: 'pattern-without-slash',
  severity: 'error',
  title: 'A pattern in a server begins without a slash',
  why: 'Outside of directories a rule sees the whole path of the URL, which begins with a slash. The rule never matches; rules that come from an .htaccess file need one in front.',
  mend: 'Begin the pattern with ^/.',
  bad: [
    config('RewriteEngine On\nRewriteRule ^old/(.*)$ /new/$1 [R=301,L]'),
    config(
      '<VirtualHost *:80>\nServerName www.example.com\nRewriteEngine On\nRewriteRule ^$ /start [R,L]\n</VirtualHost>',
    ),
  ],
  good: [config('RewriteEngine On\nRewriteRule ^/old/(.*)$ /new/$1 [R=301,L]')],
  run(target, report) {
    eachRule(target, (at, scope) => {
      if (scope.context !== 'server' || hasBetterReason(at) || !seesRequest(scope, at)) return;
      const { text } = at.rule.pattern;
      const pattern = text.replace(/^(\^?)/, '^/');
      if (!neverMatches(scope, at) || !wouldMatch(scope, at, pattern)) return;
      report(at.line, {
        message: `the pattern ${text} never matches here: the path that it sees begins with a slash`,
        hint: `Write ${rewritten(at, { pattern })}`,
        ...partOf(at, 'pattern'),
      });
    });
  },
};

const withQuery: Check = {
  id: 'pattern-with-query',
  severity: 'error',
  title: 'A pattern waits for a query',
  why: "A rule's pattern sees the path only; what stands behind the ? is in %{QUERY_STRING}. The rule matches nothing but a path with an escaped question mark.",
  mend: 'Ask for the query in a condition: RewriteCond %{QUERY_STRING} ^id=([0-9]+)$ and %1 in the substitution.',
  bad: [htaccess('RewriteEngine On\nRewriteRule ^article\\.php\\?id=([0-9]+)$ /article/$1? [R=301,L]')],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{QUERY_STRING} ^id=([0-9]+)$\nRewriteRule ^article\\.php$ /article/%1? [R=301,L]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at) => {
      if (!needs(at, hasQuery) || needs(at, hasHost)) return;
      const message = `the pattern ${at.rule.pattern.text} waits for a question mark, and sees no query`;
      report(at.line, { message, ...partOf(at, 'pattern') });
    });
  },
};

const withHost: Check = {
  id: 'pattern-with-host',
  severity: 'error',
  title: 'A pattern waits for a whole address',
  why: "A rule's pattern sees the path only: scheme and host are in variables. The rule never matches.",
  mend: 'Ask for the host in a condition: RewriteCond %{HTTP_HOST} ^old\\.example\\.com$ [NC]',
  bad: [
    htaccess(
      'RewriteEngine On\nRewriteRule ^http://old\\.example\\.com/(.*)$ https://www.example.com/$1 [R=301,L]',
    ),
  ],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP_HOST} ^old\\.example\\.com$ [NC]\nRewriteRule ^(.*)$ https://www.example.com/$1 [R=301,L]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at, scope) => {
      if (!needs(at, hasHost) || !seesRequest(scope, at)) return;
      const message = `the pattern ${at.rule.pattern.text} never matches: it sees no scheme and no host`;
      report(at.line, { message, ...partOf(at, 'pattern') });
    });
  },
};

const isEscaped: Check = {
  id: 'pattern-with-escapes',
  severity: 'warning',
  title: 'A pattern waits for a percent-escape',
  why: 'The path is decoded before rules see it: %20 in the address is a space to the pattern. It matches only what was escaped twice.',
  mend: 'Write the character itself: a backslash and a space, or \\x20, for %20.',
  bad: [htaccess('RewriteEngine On\nRewriteRule ^my%20page$ /my-page [R=301,L]')],
  good: [htaccess('RewriteEngine On\nRewriteRule "^my page$" /my-page [R=301,L]')],
  run(target, report) {
    eachRule(target, (at) => {
      if (!needs(at, (text) => /%(?!2f)[0-9a-f]{2}/.test(text))) return;
      report(at.line, {
        message: `the pattern ${at.rule.pattern.text} waits for an escape, and sees the decoded path`,
        hint: `Write ${rewritten(at, { pattern: unescaped(at) })}`,
        ...partOf(at, 'pattern'),
      });
    });
  },
};

function unescaped(at: RuleAt): string {
  return at.words.first.text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[ -~]/.test(char) && !/[\\^$.|?*+()[\]{}]/.test(char) ? char : `\\x${hex.toLowerCase()}`;
  });
}

export const subject: readonly Check[] = [withSlash, withoutSlash, withQuery, withHost, isEscaped];
