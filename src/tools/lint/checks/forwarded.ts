// Trust in headers that anybody can send, and what a proxy in front hides.

import { leadsTo } from '../attack.ts';
import type { Line } from '../blocks.ts';
import { blocksIn, linesNamed } from '../blocks.ts';
import { type Check, config, htaccess } from '../check.ts';
import { requestFor } from '../request-for.ts';
import { urlOf } from '../sample.ts';
import { variableOf } from '../values.ts';
import { asked, eachRule, partOf } from './rule-checks.ts';

const FORWARDED =
  /^(?:x-forwarded-for|x-real-ip|x-client-ip|client-ip|true-client-ip|cf-connecting-ip|forwarded)$/i;

const trustsForwarded: Check = {
  id: 'trusts-forwarded-for',
  severity: 'warning',
  title: 'A header that anybody can send decides who may come in',
  why: 'X-Forwarded-For is what the client has written into it, with addresses of proxies appended: whoever names an address that is let in, is let in.',
  mend: 'Let mod_remoteip set the address, from proxies that you name (RemoteIPHeader X-Forwarded-For, RemoteIPInternalProxy 192.0.2.10), and ask %{REMOTE_ADDR} or Require ip.',
  bad: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP:X-Forwarded-For} !^192\\.0\\.2\\.\nRewriteRule ^admin - [F]',
    ),
    htaccess('SetEnvIf X-Forwarded-For ^192\\.0\\.2\\. inside\nRequire env inside'),
    htaccess("Require expr %{HTTP:X-Forwarded-For} == '192.0.2.1'"),
  ],
  good: [
    htaccess('RewriteEngine On\nRewriteCond %{REMOTE_ADDR} !^192\\.0\\.2\\.\nRewriteRule ^admin - [F]'),
    htaccess('RewriteEngine On\nRewriteRule .* - [E=CLIENT:%{HTTP:X-Forwarded-For}]'),
  ],
  run(target, report) {
    eachRule(target, ({ rule }) => {
      for (const condition of rule.conditions) {
        const variable = variableOf(condition.subject);
        const name = variable?.from === 'header' ? variable.name : '';
        if (FORWARDED.test(name) && condition.text !== '.')
          report(condition.place as Line, {
            message: `the condition believes what the client says in ${name}`,
          });
      }
    });
    const decided = new Set(target.lines.flatMap(envsThatDecide));
    for (const line of target.lines) {
      const [header = '', , ...names] = line.words;
      if (
        /^setenvif/.test(line.name) &&
        FORWARDED.test(header) &&
        names.some((name) => decided.has(name.replace(/=.*/, '')))
      )
        report(line, { message: `who may come in depends on what the client says in ${header}` });
      const read = /%\{(?:HTTP|REQ):(X-Forwarded-For|X-Real-IP|Client-IP)\}|\breq\(['"]X-Forwarded-For/i.exec(
        line.node.args,
      );
      if (line.name === 'require' && /^expr$/i.test(header) && read !== null)
        report(line, {
          message: `who may come in depends on what the client says in ${read[1] ?? 'X-Forwarded-For'}`,
        });
    }
  },
};

/** Names of variables that let somebody in, or keep somebody out. */
function envsThatDecide({ name, words }: Line): readonly string[] {
  if (name === 'require')
    return words.flatMap((word, at) => (/^env$/i.test(words[0] ?? '') && at > 0 ? [word] : []));
  if (name !== 'allow' && name !== 'deny') return [];
  return words.flatMap((word) => (/^env=/i.test(word) ? [word.slice(4).replace(/^!/, '')] : []));
}

const remoteIp: Check = {
  id: 'remoteip-without-proxies',
  severity: 'error',
  title: 'Every client may say which address it has',
  why: 'Without a list of proxies, mod_remoteip believes the header of whoever connects: address checks, logs and limits see what the client has written.',
  mend: 'Name your proxies: RemoteIPInternalProxy 192.0.2.10',
  bad: [config('RemoteIPHeader X-Forwarded-For')],
  good: [config('RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 192.0.2.10')],
  run(target, report) {
    const lists = /^remoteip(?:internal|trusted)proxy(?:list)?$/;
    for (const block of target.blocks)
      for (const line of linesNamed(block, 'remoteipheader')) {
        const homes = block === target.root ? blocksIn(target.root) : [block, target.root];
        if (!homes.some((home) => home.lines.some(({ name }) => lists.test(name))))
          report(line, { message: `no line says whose ${line.words[0]} is believed: everybody's is` });
      }
  },
};

const behindProxy: Check = {
  id: 'https-redirect-behind-proxy',
  severity: 'warning',
  title: 'A redirect to https that nothing here can answer',
  why: 'No server of this configuration speaks TLS, so that something in front must. If it passes requests on to this one, they come as http again and are redirected again, without end.',
  mend: 'Ask what the proxy says: RewriteCond %{HTTP:X-Forwarded-Proto} =http, instead of %{HTTPS} and %{SERVER_PORT}.',
  bad: [
    config(
      'Listen 80\n<VirtualHost *:80>\nServerName www.example.com\nRewriteEngine On\nRewriteCond %{HTTPS} off\nRewriteRule ^(.*)$ https://%{HTTP_HOST}$1 [R=301,L]\n</VirtualHost>',
    ),
  ],
  good: [
    config(
      'Listen 80\n<VirtualHost *:80>\nServerName www.example.com\nRewriteEngine On\nRewriteCond %{HTTP:X-Forwarded-Proto} =http\nRewriteRule ^(.*)$ https://%{HTTP_HOST}$1 [R=301,L]\n</VirtualHost>',
    ),
  ],
  run(target, report) {
    if (target.kind !== 'config' || target.lines.some(({ name, words }) => isTls(name, words))) return;
    eachRule(target, (at, scope) => {
      if (at.rule.substitution === undefined || scope.context === 'elsewhere') return;
      if (at.rule.conditions.some(({ subject }) => readsProxyHeader(subject.text))) return;
      const request = requestFor(scope, at);
      const same = request ? urlOf({ ...request, scheme: 'https' }) : undefined;
      if (request?.scheme !== 'http' || leadsTo(scope, at, request, 'redirect') !== same) return;
      report(at.line, {
        message: `${asked(request)} is redirected to ${same}, and no server here speaks TLS`,
        ...partOf(at, 'substitution'),
      });
    });
  },
};

function readsProxyHeader(text: string): boolean {
  const variable = /%\{HTTP:([^}]*)\}/i.exec(text)?.[1] ?? '';
  return /forwarded|scheme|https|visitor/i.test(variable);
}

function isTls(name: string, words: readonly string[]): boolean {
  if (name === 'sslengine') return /^(?:on|optional)$/i.test(words[0] ?? '');
  return name === 'listen' && (/(?:^|:)443$/.test(words[0] ?? '') || /^https$/i.test(words[1] ?? ''));
}

export const forwarded: readonly Check[] = [trustsForwarded, remoteIp, behindProxy];
