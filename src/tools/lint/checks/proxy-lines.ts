// ProxyPass and its kin: where lines lead, and what they leave out.

import { reachesAuthority } from '../../../modules/proxy/map.ts';
import { matchPrefix } from '../../../modules/proxy/prefix-match.ts';
import { hostOf } from '../attack.ts';
import { type Block, homeOf, type Line, linesNamed } from '../blocks.ts';
import { type Check, config } from '../check.ts';
import type { Target } from '../target.ts';
import { eachRule, partOf } from './rule-checks.ts';

/** A ProxyPass line: from which path to which URL. */
export interface Pass {
  readonly line: Line;
  readonly path: string;
  readonly url: string;
  readonly words: readonly string[];
}

/** The plain ProxyPass lines of a target, `!` left out. */
export function passesOf({ blocks }: Pick<Target, 'blocks'>): readonly Pass[] {
  return blocks.flatMap((block) =>
    linesNamed(block, 'proxypass').flatMap((line) => {
      const inLocation = block.kind === 'location';
      if (inLocation && block.name === 'locationmatch') return [];
      const [path, url, ...words] = inLocation ? [block.words[0] ?? '', ...line.words] : line.words;
      if (path === undefined || url === undefined || path === '~' || url === '!') return [];
      return [{ line, path, url, words }];
    }),
  );
}

const openEnded: Check = {
  id: 'proxypass-open-ended',
  severity: 'error',
  title: 'A path ends in a slash, and the target does not',
  why: 'ProxyPass takes the path off and puts the rest behind the target as it is: /app/page goes to http://backend:8000page, and @other.host/ names another host (portico answers 403).',
  mend: 'End both with a slash, or neither.',
  bad: [
    config('ProxyPass /app/ http://127.0.0.1:8000'),
    config('ProxyPassMatch ^/app/(.*)$ http://127.0.0.1:8000$1'),
  ],
  good: [
    config('ProxyPass /app/ http://127.0.0.1:8000/'),
    config('ProxyPassMatch ^/app/(.*)$ http://127.0.0.1:8000/$1'),
  ],
  run(target, report) {
    for (const { line, path, url } of passesOf(target)) {
      const asked = `${path}page`;
      const length = matchPrefix(asked, path);
      const leads = url + asked.slice(length);
      if (length === 0 || !reachesAuthority(url, leads)) continue;
      report(line, {
        message: `${path}page goes to ${leads}`,
        hint: `Write ${url}/ for the target`,
      });
    }
    for (const block of target.blocks)
      for (const line of linesNamed(block, 'proxypassmatch')) {
        const [pattern = '', url = ''] = block.kind === 'location' ? ['', ...line.words] : line.words;
        if (!/^[a-z]+:\/\/[^/$]+\$[1-9]/i.test(url) || !/^\^?\/[^(]*\/\(/.test(pattern)) continue;
        const leads = url.replace(/\$[1-9]/, 'page');
        if (reachesAuthority(url, leads))
          report(line, {
            message: `the path is put right behind the host: ${leads}`,
            hint: `Write ${url.replace('$', '/$')}`,
          });
      }
  },
};

const slashes: Check = {
  id: 'proxypass-slashes',
  severity: 'warning',
  title: 'Path and target do not agree about the slash at the end',
  why: 'What follows the path is put behind the target as it is: one slash too many (http://backend//page) or one too few (http://backend/apppage).',
  mend: 'End both with a slash, or neither.',
  bad: [config('ProxyPass /app http://127.0.0.1:8000/'), config('ProxyPass /app/ http://127.0.0.1:8000/app')],
  good: [
    config('ProxyPass /app http://127.0.0.1:8000'),
    config('ProxyPass /app/ http://127.0.0.1:8000/app/'),
    config('ProxyPass / http://127.0.0.1:8000/'),
  ],
  run(target, report) {
    for (const { line, path, url } of passesOf(target)) {
      const asked = path.endsWith('/') ? `${path}page` : `${path}/page`;
      const leads = url + asked.slice(matchPrefix(asked, path));
      if (reachesAuthority(url, leads) || /^(?:unix|balancer|fcgi|wss?):/i.test(url)) continue;
      const rest = leads.replace(/^[a-z0-9]+:\/\/[^/]*/i, '');
      const isDouble = rest.includes('//') && !url.slice(8).includes('//');
      const isJoined = path.endsWith('/') && !url.endsWith('/');
      if (isDouble || isJoined) report(line, { message: `${asked} goes to ${leads}` });
    }
  },
};

const METADATA =
  /^(?:169\.254\.169\.254|169\.254\.170\.2|metadata\.google\.internal|100\.100\.100\.200|192\.0\.0\.192|\[fd00:ec2::254\])$/;

const metadata: Check = {
  id: 'proxy-to-metadata',
  severity: 'error',
  title: 'Requests are passed on to the metadata service of a cloud',
  why: 'Whoever asks gets the keys of this machine: the service believes every request that comes from it.',
  mend: 'Take the line out.',
  bad: [
    config('ProxyPass /meta/ http://169.254.169.254/'),
    config('RewriteEngine On\nRewriteRule ^/meta/(.*)$ http://metadata.google.internal/$1 [P]'),
  ],
  good: [config('ProxyPass /app/ http://127.0.0.1:8000/')],
  run(target, report) {
    for (const { line, url } of passesOf(target))
      if (METADATA.test(hostOf(url) ?? ''))
        report(line, { message: `${hostOf(url)} hands out keys of this machine` });
    eachRule(target, (at) => {
      const host = hostOf(at.words.second.text) ?? '';
      if (at.rule.flags.proxy && METADATA.test(host))
        report(at.line, { message: `${host} hands out keys of this machine`, ...partOf(at, 'substitution') });
    });
  },
};

const forwardProxy: Check = {
  id: 'forward-proxy',
  severity: 'error',
  title: 'Clients may ask this server for any address',
  why: 'A forward proxy that is open is found within hours, and used to send spam, to attack others in your name and to reach what only this machine can reach. portico has none.',
  mend: 'Take the line out: ProxyPass and [P] do not need it.',
  bad: [config('ProxyRequests On\n<Proxy *>\nRequire all granted\n</Proxy>')],
  good: [config('ProxyRequests Off\n<Proxy *>\nRequire all granted\n</Proxy>')],
  run(target, report) {
    for (const line of target.lines)
      if (line.name === 'proxyrequests' && /^on$/i.test(line.words[0] ?? '')) {
        const isOpen = !target.blocks.some(
          ({ kind, lines }) =>
            kind === 'proxy' &&
            lines.some(({ name, words }) => name === 'require' && !/^all granted$/i.test(words.join(' '))),
        );
        report(line, { message: isOpen ? 'a forward proxy for everybody' : 'a forward proxy' });
      }
  },
};

/** Hosts that are this machine. */
const HERE = /^(?:localhost|127(?:\.[0-9]+){3}|\[::1\]|0\.0\.0\.0)$/;

const toItself: Check = {
  id: 'proxy-to-itself',
  severity: 'error',
  title: 'Requests are passed on to the server that they came to',
  why: 'The server asks itself, and itself again, until no connection is left.',
  mend: 'Write the address and port of the application.',
  bad: [config('Listen 8080\nProxyPass /app/ http://127.0.0.1:8080/app/')],
  good: [config('Listen 8080\nProxyPass /app/ http://127.0.0.1:8000/app/')],
  run(target, report) {
    const ports = new Set(
      linesNamed(target.root, 'listen').map(({ words }) => /([0-9]+)$/.exec(words[0] ?? '')?.[1]),
    );
    for (const { line, path, url } of passesOf(target)) {
      const port = /^http:\/\/[^/]*?(?::([0-9]+))?(?:\/|$)/i.exec(url);
      if (port === null || !HERE.test(hostOf(url) ?? '') || !ports.has(port[1] ?? '80')) continue;
      const inside = url.replace(/^http:\/\/[^/]*/i, '') || '/';
      if (matchPrefix(inside, path) === 0 || hasServerFor(target, homeOf(line.block), port[1] ?? '80'))
        continue;
      report(line, { message: `this server listens on port ${port[1] ?? '80'} itself` });
    }
  },
};

/** Another virtual host on that port may be meant: then it is no loop. */
function hasServerFor({ root }: Target, home: Block, port: string): boolean {
  return root.blocks.some(
    (block) =>
      block.kind === 'virtualhost' && block !== home && block.words.some((word) => word.endsWith(`:${port}`)),
  );
}

const moduleMissing: Check = {
  id: 'proxy-module-missing',
  severity: 'error',
  title: 'No module is loaded for what the line passes on',
  why: 'mod_proxy needs a module for each scheme; without it every such request is answered 403 or 500.',
  mend: 'Add the LoadModule line (a2enmod proxy proxy_http).',
  bad: [
    config(
      'LoadModule rewrite_module modules/mod_rewrite.so\nLoadModule proxy_module modules/mod_proxy.so\nRewriteEngine On\nRewriteRule ^/app/(.*)$ http://127.0.0.1:8000/$1 [P]',
    ),
    config(
      'LoadModule rewrite_module modules/mod_rewrite.so\nRewriteEngine On\nRewriteRule ^/app/(.*)$ http://127.0.0.1:8000/$1 [P]',
    ),
  ],
  good: [config('RewriteEngine On\nRewriteRule ^/app/(.*)$ http://127.0.0.1:8000/$1 [P]')],
  run(target, report) {
    const { site } = target;
    if (site === undefined) return;
    const complain = (line: Line, url: string): void => {
      const missing = modulesFor(url).filter((name) => !site.hasModule(`${name}_module`));
      if (missing.length > 0)
        report(line, {
          message: `${missing.map((name) => `mod_${name}`).join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not loaded`,
          hint: missing.map((name) => `LoadModule ${name}_module modules/mod_${name}.so`).join('; '),
        });
    };
    for (const { line, url } of passesOf(target)) complain(line, url);
    eachRule(target, (at) => {
      if (at.rule.flags.proxy) complain(at.line, at.words.second.text);
    });
  },
};

function modulesFor(url: string): readonly string[] {
  const scheme = /^(?:unix:[^|]*\|)?([a-z0-9]+):/i.exec(url)?.[1]?.toLowerCase();
  const byScheme: { readonly [scheme: string]: string } = {
    http: 'proxy_http',
    https: 'proxy_http',
    fcgi: 'proxy_fcgi',
    balancer: 'proxy_balancer',
  };
  const own = byScheme[scheme ?? 'http'];
  return ['proxy', ...(own === undefined ? [] : [own])];
}

export const proxyLines: readonly Check[] = [
  openEnded,
  slashes,
  metadata,
  forwardProxy,
  toItself,
  moduleMissing,
];
