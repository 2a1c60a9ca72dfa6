// Who decides which host a proxied request goes to.

import { type Hijack, hijack, leadsTo } from '../attack.ts';
import { type Check, config, htaccess } from '../check.ts';
import { requestFor } from '../request-for.ts';
import type { RewriteScope, RuleAt } from '../rewrite-scope.ts';
import { tryRules } from '../sample.ts';
import type { Target } from '../target.ts';
import { asked, eachRule, partOf, rewritten } from './rule-checks.ts';

const found = new WeakMap<RuleAt, Hijack | null>();

function hijackOf(scope: RewriteScope, at: RuleAt): Hijack | undefined {
  let known = found.get(at);
  if (known === undefined) {
    known = hijack(scope, at, 'proxy') ?? null;
    found.set(at, known);
  }
  return known ?? undefined;
}

function eachProxied(target: Target, visit: (at: RuleAt, scope: RewriteScope) => void): void {
  eachRule(target, (at, scope) => {
    if (at.rule.flags.proxy && at.rule.substitution !== undefined) visit(at, scope);
  });
}

const hostFromRequest: Check = {
  id: 'proxy-host-from-request',
  severity: 'error',
  title: 'A proxied request goes to a host that the client names',
  why: "Anybody can make this server send requests to any host it can reach: the database beside it, the metadata service of the cloud, other people's servers in its name (SSRF).",
  mend: 'Spell the host in the rule, or take it from a list: RewriteCond %{HTTP_HOST} ^(one|two)\\.example\\.com$ and http://%1.internal/ in the substitution.',
  bad: [
    htaccess('RewriteEngine On\nRewriteRule ^fetch/(.*)$ http://$1 [P]'),
    config('RewriteEngine On\nRewriteRule ^/(.*)$ http://%{HTTP_HOST}:8080/$1 [P]'),
    config(
      'RewriteEngine On\nRewriteCond %{HTTP_HOST} example\\.com\nRewriteRule ^/(.*)$ http://%{HTTP_HOST}:8080/$1 [P]',
    ),
    config('RewriteEngine On\nRewriteCond %{QUERY_STRING} ^url=(.+)$\nRewriteRule ^/fetch$ %1? [P]'),
  ],
  good: [
    config(
      'RewriteEngine On\nRewriteCond %{HTTP_HOST} ^(one|two)\\.example\\.com$\nRewriteRule ^/(.*)$ http://%1.internal:8080/$1 [P]',
    ),
    config('RewriteEngine On\nRewriteRule ^/(a|b)/(.*)$ http://$1.internal/$2 [P]'),
  ],
  run(target, report) {
    eachProxied(target, (at, scope) => {
      const way = hijackOf(scope, at);
      if (way === undefined || way.extends) return;
      report(at.line, {
        message: `the client chooses the host: ${asked(way.request)} is passed on to ${way.host}`,
        ...partOf(at, 'substitution'),
      });
    });
  },
};

const hostOpenEnded: Check = {
  id: 'proxy-host-open-ended',
  severity: 'error',
  title: 'No slash ends the host of a proxied target',
  why: "What the request brings is appended to the host or the port. In a directory the path has no slash in front, so that the target has a port such as 8000page; with an @ or a dot the request goes to a host of the client's choice (Apache forwards it, portico answers 403).",
  mend: 'Write a slash between the host and the first back-reference.',
  bad: [
    htaccess('RewriteEngine On\nRewriteRule ^(.*)$ http://127.0.0.1:8000$1 [P]'),
    config('RewriteEngine On\nRewriteRule ^/raw(.*)$ http://127.0.0.1:8000$1 [P]'),
  ],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^(.*)$ http://127.0.0.1:8000/$1 [P]'),
    config('RewriteEngine On\nRewriteRule ^(.*)$ http://127.0.0.1:8000$1 [P]'),
  ],
  run(target, report) {
    eachProxied(target, (at, scope) => {
      const { authority } = at.rule;
      const mended = authority?.mended ?? at.words.second.text.replace(/(?=[$%])/, '/');
      const said = {
        ...partOf(at, 'substitution'),
        hint: `Write ${rewritten(at, { substitution: mended })}`,
      };
      const way = hijackOf(scope, at);
      if (way?.extends) {
        report(at.line, {
          message: `no slash ends the host: ${asked(way.request)} is passed on to ${way.host}`,
          ...said,
        });
        return;
      }
      const request = requestFor(scope, at);
      const outcome = request ? tryRules(scope, request)?.result.outcome : undefined;
      if (!request || outcome?.kind !== 'proxy' || outcome.refusal === undefined) return;
      const url = leadsTo(scope, at, request, 'proxy');
      if (url !== undefined)
        report(at.line, { message: `no slash ends the host: ${asked(request)} becomes ${url}`, ...said });
    });
  },
};

export const proxyHost: readonly Check[] = [hostFromRequest, hostOpenEnded];
