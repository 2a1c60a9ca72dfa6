// Redirects whose address is not what it looks like.

import { languageWith } from '../../../kit/regex/language.ts';
import { leadsTo } from '../attack.ts';
import { linesNamed } from '../blocks.ts';
import { type Check, config, htaccess } from '../check.ts';
import { requestFor } from '../request-for.ts';
import { prefixOf, sampleOf, tryRules } from '../sample.ts';
import { asked, eachRule, flagReplaced, partOf, rewritten, withFlag } from './rule-checks.ts';

const goesOn: Check = {
  id: 'redirect-goes-on',
  severity: 'error',
  title: 'A redirect without [L] is taken up by the rules behind it',
  why: '[R] does not end the round: the following rules see the whole address http://host/path and rewrite that.',
  mend: 'Write [R=301,L].',
  bad: [htaccess('RewriteEngine On\nRewriteRule ^old$ /new [R=301]\nRewriteRule ^(.*)$ index.php [L]')],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^old$ /new [R=301,L]\nRewriteRule ^(.*)$ index.php [L]'),
    htaccess('RewriteEngine On\nRewriteRule ^old$ /new [R=301]\nRewriteRule ^other$ index.php [L]'),
  ],
  run(target, report) {
    eachRule(target, (at, scope) => {
      const { flags, substitution } = at.rule;
      if (!flags.redirect || flags.last || flags.end || substitution === undefined) return;
      const request = requestFor(scope, at);
      const result = request ? tryRules(scope, request)?.result : undefined;
      const later = scope.rules.find(({ rule }) => rule === result?.rule);
      if (!request || later === undefined || later.position <= at.position) return;
      if (
        leadsTo({ ...scope, set: { ...scope.set, rules: [at.rule] } }, at, request, 'redirect') === undefined
      )
        return;
      report(at.line, {
        message: `${asked(request)} is not redirected there: line ${later.line.node.line.placeAt().line} goes on with the address`,
        hint: `Write ${rewritten(at, { flags: withFlag(at, 'L') })}`,
        ...partOf(at, 'flags'),
      });
    });
  },
};

const withoutCode: Check = {
  id: 'redirect-without-code',
  severity: 'note',
  title: 'A redirect does not say whether it is permanent',
  why: '[R] alone is 302: the browser asks the old address again each time, and search engines keep it.',
  mend: 'Write R=301 for an address that has moved for good, R=302 for one that has not.',
  bad: [htaccess('RewriteEngine On\nRewriteRule ^old$ /new [R,L]')],
  good: [htaccess('RewriteEngine On\nRewriteRule ^old$ /new [R=302,L]')],
  run(target, report) {
    eachRule(target, (at) => {
      const names = (at.words.third?.text ?? '').slice(1, -1).split(',');
      if (!names.some((name) => /^\s*(?:r|redirect)\s*$/i.test(name))) return;
      report(at.line, {
        message: 'the redirect has no code and is a temporary one: 302',
        hint: `Write ${rewritten(at, { flags: flagReplaced(at, ['r', 'redirect'], 'R=301') })} if it is for good`,
        ...partOf(at, 'flags'),
      });
    });
  },
};

const escapedHash: Check = {
  id: 'escaped-hash',
  severity: 'warning',
  title: 'The # of a redirect is escaped',
  why: 'mod_rewrite escapes what is special in URLs: the browser is sent to /page%23part, which is a file of that name.',
  mend: 'Add [NE].',
  bad: [htaccess('RewriteEngine On\nRewriteRule ^help$ /manual.html#help [R=302,L]')],
  good: [htaccess('RewriteEngine On\nRewriteRule ^help$ /manual.html#help [R=302,L,NE]')],
  run: (target, report) =>
    eachRule(target, (at, scope) => {
      const { substitution, flags } = at.rule;
      if (
        flags.noEscape ||
        !substitution?.segments.some((part) => typeof part === 'string' && part.includes('#'))
      )
        return;
      const request = requestFor(scope, at);
      const url = request ? leadsTo(scope, at, request, 'redirect') : undefined;
      if (request && url?.includes('%23'))
        report(at.line, {
          message: `${asked(request)} is redirected to ${url}`,
          hint: `Write ${rewritten(at, { flags: withFlag(at, 'NE') })}`,
          ...partOf(at, 'substitution'),
        });
    }),
};

const escapedPercent: Check = {
  id: 'escaped-twice',
  severity: 'warning',
  title: 'An escape in a redirect is escaped once more',
  why: 'mod_rewrite escapes the percent sign itself: %20 arrives as %2520, which is another address. The query of the request is escaped already, and is escaped once more where [QSA] or %{QUERY_STRING} makes it a part of a new one.',
  mend: 'Add [NE]; and [B], where a back-reference brings text that has to be escaped.',
  bad: [
    htaccess('RewriteEngine On\nRewriteRule ^old$ /my\\%20page [R=301,L]'),
    htaccess('RewriteEngine On\nRewriteRule ^old$ /new?from=old&%{QUERY_STRING} [R=301,L]'),
  ],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^old$ /my\\%20page [R=301,L,NE]'),
    htaccess('RewriteEngine On\nRewriteRule ^old$ /new?from=old [R=301,L,QSA,NE]'),
    htaccess('RewriteEngine On\nRewriteRule ^old$ /new?%{QUERY_STRING} [R=301,L]'),
  ],
  run: (target, report) =>
    eachRule(target, (at, scope) => {
      if (at.rule.flags.noEscape || at.rule.substitution === undefined) return;
      const request = requestFor(scope, at);
      if (!request) return;
      const asks = request.query === undefined ? { ...request, query: 'q=a%20b' } : request;
      const url = leadsTo(scope, at, asks, 'redirect');
      if (!url?.includes('%25') || asks.path.includes('%')) return;
      report(at.line, {
        message: `${asked(asks)} is redirected to ${url}`,
        hint: `Write ${rewritten(at, { flags: withFlag(at, 'NE') })}`,
        ...partOf(at, 'substitution'),
      });
    }),
};

const rawBytes: Check = {
  id: 'redirect-not-escaped',
  severity: 'note',
  title: 'Bytes of the address go into a redirect as they are',
  why: 'The path is decoded, and with [NE] what a back-reference takes from it is not escaped again: a space makes a Location that clients cut off, a line end is answered 500.',
  mend: 'Add [B], which escapes what back-references bring, or let the group take fewer bytes: ([\\w/-]+).',
  bad: [htaccess('RewriteEngine On\nRewriteRule ^terms/(.*)$ /vocabulary#$1 [R=303,L,NE]')],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^terms/(.*)$ /vocabulary#$1 [R=303,L,NE,B]'),
    htaccess('RewriteEngine On\nRewriteRule ^terms/(\\w+)$ /vocabulary#$1 [R=303,L,NE]'),
  ],
  run: (target, report) =>
    eachRule(target, (at, scope) => {
      const { pattern, flags } = at.rule;
      if (!flags.noEscape || flags.proxy || pattern.negated) return;
      for (let group = 1; group <= Math.min(9, pattern.regex.groupCount); group++) {
        const subject = languageWith(pattern.regex.source, { nocase: flags.noCase }, group, 'a\nb');
        const request = subject && requestFor(scope, at, { subject });
        const url = request ? leadsTo(scope, at, request, 'redirect') : undefined;
        if (!request || !url?.includes('\n')) continue;
        report(at.line, { message: `${asked(request)} is answered 500`, ...partOf(at, 'substitution') });
        return;
      }
    }),
};

const showsFilePath: Check = {
  id: 'redirect-shows-file-path',
  severity: 'error',
  title: 'A relative redirect shows the path in the file system',
  why: 'Without RewriteBase the result stands beneath the directory of the files, and that is what the browser is sent: http://host/srv/www/page. The page is not there, and strangers learn where your files are.',
  mend: 'Begin the substitution with a slash, or write RewriteBase above the rules.',
  bad: [htaccess('RewriteEngine On\nRewriteRule ^old\\.html$ new.html [R=301,L]')],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^old\\.html$ /new.html [R=301,L]'),
    htaccess('RewriteEngine On\nRewriteBase /\nRewriteRule ^old\\.html$ new.html [R=301,L]'),
    htaccess(
      'SetEnvIf Host . BASE=https://www.example.com/\nRewriteEngine On\nRewriteRule ^old\\.html$ %{ENV:BASE}new.html [R=301,L]',
    ),
  ],
  run: (target, report) =>
    eachRule(target, (at, scope) => {
      const { directory } = scope;
      if (scope.context !== 'directory' || directory === undefined || directory === '/') return;
      const request = requestFor(scope, at);
      const url = request ? leadsTo(scope, at, request, 'redirect') : undefined;
      if (!request || !url?.replace(/^https?:\/\/[^/]*/, '').startsWith(directory)) return;
      report(at.line, {
        message: `${asked(request)} is redirected to ${url}`,
        hint: `Write ${rewritten(at, { substitution: prefixOf(scope) + at.words.second.text })}, or RewriteBase ${prefixOf(scope)} above it`,
        ...partOf(at, 'substitution'),
      });
    }),
};

const afterRules: Check = {
  id: 'redirect-behind-rules',
  severity: 'warning',
  title: 'A rule takes what a Redirect line waits for',
  why: 'Rules run before Redirect, wherever the lines stand: a request that a rule has answered or mapped to a file never comes to the Redirect.',
  mend: 'Write the redirect as a RewriteRule above the others.',
  bad: [
    config('Redirect 301 /old /new\nRewriteEngine On\nRewriteRule ^/(.*)$ /index.html [L]'),
    htaccess('Redirect 301 /old /new\nRewriteEngine On\nRewriteRule ^old https://www.example.org/ [R=302,L]'),
  ],
  good: [
    config('Redirect 301 /old /new\nRewriteEngine On\nRewriteRule ^/app/(.*)$ /index.html [L]'),
    config('Redirect 301 /old /new\nRewriteEngine On\nRewriteRule ^/(.*)$ /$1 [PT]'),
  ],
  run(target, report) {
    for (const scope of target.scopes) {
      if (scope.engine === false || scope.context === 'elsewhere') continue;
      for (const line of linesNamed(scope.block, 'redirect', 'redirectpermanent', 'redirecttemp')) {
        const path = line.words.find((word) => word.startsWith('/'));
        if (path === undefined || !path.startsWith(prefixOf(scope))) continue;
        const result = tryRules(scope, sampleOf(path), target.files)?.result;
        const at = scope.rules.find(({ rule }) => rule === result?.rule);
        const isTaken =
          scope.context === 'server'
            ? ['file', 'redirect', 'proxy', 'status'].includes(result?.outcome.kind ?? '')
            : result?.outcome.kind === 'redirect';
        if (isTaken && at !== undefined)
          report(line, {
            message: `GET ${path} never comes here: the rule of line ${at.line.node.line.placeAt().line} is before it`,
          });
      }
    }
  },
};

export const redirects: readonly Check[] = [
  goesOn,
  withoutCode,
  escapedHash,
  escapedPercent,
  rawBytes,
  showsFilePath,
  afterRules,
];
