// Paths that reach an application with other bytes than they came with.

import { languageWith } from '../../../kit/regex/language.ts';
import { linesNamed } from '../blocks.ts';
import { type Check, config, htaccess } from '../check.ts';
import { requestFor } from '../request-for.ts';
import type { RewriteScope, RuleAt } from '../rewrite-scope.ts';
import { type Sample, tryRules } from '../sample.ts';
import { passesOf } from './proxy-lines.ts';
import { asked, eachRule, partOf } from './rule-checks.ts';

const escapedTwice: Check = {
  id: 'proxy-path-escaped-twice',
  severity: 'error',
  title: 'A proxied path is escaped twice',
  why: 'mod_proxy escapes the decoded path itself. What [B] or an int:escape map has escaped before arrives as %2520: the application sees a file named a%20b.',
  mend: 'Leave the path to mod_proxy: no [B] and no ${escape:...} in front of the ?.',
  bad: [
    htaccess('RewriteEngine On\nRewriteRule ^(.*)$ http://127.0.0.1:8000/$1 [P,B]'),
    config(
      'RewriteEngine On\nRewriteMap escape int:escape\nRewriteRule ^/app/(.*)$ http://127.0.0.1:8000/${escape:$1} [P]',
    ),
    config(
      'RewriteEngine On\nRewriteMap escape int:escape\nRewriteRule ^(.*) http://127.0.0.1:8000${escape:$1} [P]',
    ),
  ],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^(.*)$ http://127.0.0.1:8000/$1 [P]'),
    htaccess('RewriteEngine On\nRewriteRule ^(.*)$ http://127.0.0.1:8000/find?q=$1 [P,B]'),
  ],
  run(target, report) {
    eachRule(target, (at, scope) => {
      const { pattern, flags } = at.rule;
      if (!flags.proxy || flags.noEscape || pattern.negated) return;
      for (let group = 1; group <= Math.min(9, pattern.regex.groupCount); group++) {
        const request = requestWith(scope, at, group);
        const outcome = request ? tryRules(scope, request)?.result.outcome : undefined;
        if (!request || outcome?.kind !== 'proxy' || !/a(?:%20|\+)b/.test(outcome.url)) continue;
        const arrives = outcome.url.replaceAll('%', '%25');
        report(at.line, {
          message: `${asked(request)} is passed on as ${arrives}`,
          ...partOf(at, 'substitution'),
        });
        return;
      }
    });
  },
};

/** A request in which a group catches a blank: alone, or as a whole path, which begins with a slash in a server. */
function requestWith(scope: RewriteScope, at: RuleAt, group: number): Sample | undefined {
  const { pattern, flags } = at.rule;
  for (const text of ['a b', '/a b']) {
    const subject = languageWith(pattern.regex.source, { nocase: flags.noCase }, group, text);
    const request = subject && requestFor(scope, at, { subject });
    if (request) return request;
  }
  return undefined;
}

const encodedSlashes: Check = {
  id: 'encoded-slashes',
  severity: 'note',
  title: 'A path with %2F does not reach the application as it came',
  why: 'AllowEncodedSlashes is Off where nobody says otherwise: an address with %2F is answered 404 before nocanon can pass it on. On decodes it to a slash; only NoDecode lets it through.',
  mend: 'Write AllowEncodedSlashes NoDecode in the same server; virtual hosts do not inherit it.',
  bad: [
    config('ProxyPass /app/ http://127.0.0.1:8000/ nocanon\nProxyPassReverse /app/ http://127.0.0.1:8000/'),
  ],
  good: [
    config(
      'AllowEncodedSlashes NoDecode\nProxyPass /app/ http://127.0.0.1:8000/ nocanon\nProxyPassReverse /app/ http://127.0.0.1:8000/',
    ),
  ],
  run(target, report) {
    for (const { line, words } of passesOf(target)) {
      if (!words.some((word) => /^nocanon$/i.test(word))) continue;
      let home = line.block;
      while (home.kind !== 'virtualhost' && home.parent !== undefined) home = home.parent;
      const state = linesNamed(home, 'allowencodedslashes').at(-1)?.words[0];
      if (state !== undefined && /^nodecode$/i.test(state)) continue;
      report(line, { message: `AllowEncodedSlashes is ${state ?? 'Off'} here: nocanon cannot pass %2F on` });
    }
  },
};

const notInherited: Check = {
  id: 'encoded-slashes-not-inherited',
  severity: 'warning',
  title: 'AllowEncodedSlashes of the main server is not that of virtual hosts',
  why: 'Unlike nearly all other directives it is not inherited: addresses with %2F are answered 404 in every virtual host that does not say it itself.',
  mend: 'Write the line into the virtual hosts.',
  bad: [
    config(
      'Listen 80\nAllowEncodedSlashes NoDecode\n<VirtualHost *:80>\nServerName www.example.com\n</VirtualHost>',
    ),
  ],
  good: [
    config(
      'Listen 80\n<VirtualHost *:80>\nServerName www.example.com\nAllowEncodedSlashes NoDecode\n</VirtualHost>',
    ),
  ],
  run(target, report) {
    const [line] = linesNamed(target.root, 'allowencodedslashes');
    const hosts = target.root.blocks.filter(({ kind }) => kind === 'virtualhost');
    if (line === undefined || target.kind !== 'config' || /^off$/i.test(line.words[0] ?? '')) return;
    if (hosts.some((host) => linesNamed(host, 'allowencodedslashes').length === 0))
      report(line, { message: 'virtual hosts do not inherit this: there it is Off' });
  },
};

export const proxyEscapes: readonly Check[] = [escapedTwice, encodedSlashes, notInherited];
