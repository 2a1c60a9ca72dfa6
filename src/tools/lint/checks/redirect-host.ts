// Who decides where a redirect leads.

import { hijack } from '../attack.ts';
import { type Check, htaccess } from '../check.ts';
import { asked, eachRule, partOf, rewritten } from './rule-checks.ts';

const openRedirect: Check = {
  id: 'open-redirect',
  severity: 'error',
  title: 'A redirect leads wherever the link says',
  why: "A link that begins with your name and ends on somebody else's page is what phishing mails need; some log-ins hand their tokens to such an address.",
  mend: 'Redirect to hosts that the rule spells, or to paths of this site: put https://www.example.com/ in front of what the request brings.',
  bad: [
    htaccess('RewriteEngine On\nRewriteRule ^out/(.*)$ https://$1 [R,L]'),
    htaccess('RewriteEngine On\nRewriteCond %{QUERY_STRING} ^to=(.*)$\nRewriteRule ^go$ %1? [R=302,L]'),
    htaccess(
      'RewriteEngine On\nRewriteCond %{QUERY_STRING} (?:^|&)host=([^&]*)\nRewriteRule ^go$ https://%1/welcome? [R=302,L]',
    ),
  ],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^out/(one|two)$ https://$1.example.com/ [R,L]'),
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTPS} off\nRewriteRule ^(.*)$ https://%{HTTP_HOST}/$1 [R=301,L]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at, scope) => {
      if (at.rule.flags.proxy) return;
      const way = hijack(scope, at, 'redirect');
      if (way === undefined || way.extends) return;
      report(at.line, {
        message: `the link chooses the host: ${asked(way.request)} is redirected to ${way.url}`,
        ...partOf(at, 'substitution'),
      });
    });
  },
};

const openEnded: Check = {
  id: 'redirect-host-open-ended',
  severity: 'error',
  title: 'No slash ends the host of a redirect',
  why: 'What the request brings is appended to the host name: in a directory the path has no slash in front. The usual address leads nowhere, and a link can make the host another one.',
  mend: 'Write a slash between the host and the first back-reference.',
  bad: [htaccess('RewriteEngine On\nRewriteRule ^(.*)$ https://www.example.com$1 [R=301,L]')],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTPS} off\nRewriteRule ^(.*)$ https://www.example.com/$1 [R=301,L]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at, scope) => {
      if (at.rule.flags.proxy) return;
      const way = hijack(scope, at, 'redirect');
      if (!way?.extends) return;
      const substitution = at.words.second.text.replace(/(?=[$%])/, '/');
      report(at.line, {
        message: `no slash ends the host: ${asked(way.request)} is redirected to ${way.url}`,
        hint: `Write ${rewritten(at, { substitution })}`,
        ...partOf(at, 'substitution'),
      });
    });
  },
};

export const redirectHost: readonly Check[] = [openRedirect, openEnded];
