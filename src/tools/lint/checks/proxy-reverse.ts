// What an application is told of the address that the client knows, and what becomes of the addresses that it names.

import { hostOf } from '../attack.ts';
import { type Block, homeOf, type Line, lastLine, linesNamed } from '../blocks.ts';
import { type Check, config } from '../check.ts';
import type { Target } from '../target.ts';
import { passesOf } from './proxy-lines.ts';

const reverseMissing: Check = {
  id: 'proxypassreverse-missing',
  severity: 'warning',
  title: 'Redirects of the application are not translated',
  why: 'An application that redirects names its own address: the browser is sent to http://127.0.0.1:8000/, which nobody outside can reach.',
  mend: 'Write a ProxyPassReverse line with the same two words below.',
  bad: [config('ProxyPass /app/ http://127.0.0.1:8000/')],
  good: [
    config('ProxyPass /app/ http://127.0.0.1:8000/\nProxyPassReverse /app/ http://127.0.0.1:8000/'),
    config('ProxyPreserveHost On\nProxyPass / http://127.0.0.1:8000/'),
    config('ProxyPass /ws/ ws://127.0.0.1:8000/'),
  ],
  run(target, report) {
    for (const { line, path, url, words } of passesOf(target)) {
      if (!/^(?:https?|ajp|balancer):/i.test(url) || words.some((word) => /^upgrade=/i.test(word))) continue;
      const home = homeOf(line.block);
      // With the client's own Host the application names the address that the client knows.
      if (
        preservesHost(line.block) &&
        url.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/\/$/, '') === path.replace(/\/$/, '')
      )
        continue;
      if (reversesIn(target, home).some((reverse) => sharesHost(reverse.url, url))) continue;
      report(line, {
        message: `no ProxyPassReverse translates what ${url} says in Location`,
        hint: `Write ProxyPassReverse ${path} ${url.replace(/^unix:[^|]*\|/, '')}`,
      });
    }
  },
};

function preservesHost(block: Block): boolean {
  for (let at: Block | undefined = block; at !== undefined; at = at.parent) {
    const line = lastLine(at, 'proxypreservehost');
    if (line !== undefined) return /^on$/i.test(line.words[0] ?? '');
  }
  return false;
}

function sharesHost(one: string, other: string): boolean {
  const [first, second] = [one, other].map((url) => /^[a-z]+:\/\/[^/]*/i.exec(url)?.[0].toLowerCase());
  return first !== undefined && first === second;
}

function reversesIn(
  { blocks, root }: Target,
  home: Block,
): readonly { line: Line; path: string; url: string }[] {
  return blocks
    .filter((block) => homeOf(block) === home || block === root)
    .flatMap((block) =>
      linesNamed(block, 'proxypassreverse').map((line) => {
        const words = block.kind === 'location' ? [block.words[0] ?? '', ...line.words] : line.words;
        return { line, path: words[0] ?? '', url: words[1] ?? '' };
      }),
    );
}

const reverseDiffers: Check = {
  id: 'proxypassreverse-differs',
  severity: 'warning',
  title: 'ProxyPassReverse does not match its ProxyPass',
  why: 'The two lines for one path name different URLs: what the application says in Location is not found, or is put together with a slash too few or too many.',
  mend: 'Write the same two words in both lines.',
  bad: [config('ProxyPass /app/ http://127.0.0.1:8000/\nProxyPassReverse /app/ http://127.0.0.1:8000')],
  good: [config('ProxyPass /app/ http://127.0.0.1:8000/\nProxyPassReverse /app/ http://127.0.0.1:8000/')],
  run(target, report) {
    const passes = passesOf(target);
    for (const home of target.blocks.filter((block) => homeOf(block) === block))
      for (const { line, path, url } of reversesIn({ ...target, root: home }, home)) {
        const pass = passes.find((one) => one.path === path && homeOf(one.line.block) === home);
        if (
          pass === undefined ||
          pass.url === url ||
          reversesIn(target, home).some((other) => other.path === path && other.url === pass.url)
        )
          continue;
        if (/^(?:unix|balancer):/i.test(pass.url) || !sharesHost(pass.url, url)) continue;
        report(line, { message: `ProxyPass ${path} leads to ${pass.url}, and this line names ${url}` });
      }
  },
};

const preserveHost: Check = {
  id: 'preserve-host-elsewhere',
  severity: 'note',
  title: "Another site is asked with this site's name",
  why: "ProxyPreserveHost On sends the client's Host to the backend. A public server finds its site by that name, and does not have one of yours: it answers 404, 403 or with a redirect.",
  mend: 'Write ProxyPreserveHost Off for this path, in a <Location>.',
  bad: [
    config(
      'ProxyPreserveHost On\nProxyPass /docs/ http://docs.example.org/\nProxyPassReverse /docs/ http://docs.example.org/',
    ),
  ],
  good: [config('ProxyPreserveHost On\nProxyPass / http://127.0.0.1:8000/')],
  run(target, report) {
    for (const { line, url } of passesOf(target)) {
      const host = hostOf(url) ?? '';
      const isPublic =
        /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/.test(host) &&
        !/\.(?:local|internal|lan|localdomain|test|svc|cluster\.local)$/.test(host);
      if (isPublic && preservesHost(line.block))
        report(line, { message: `${host} is asked for a Host that is not its own` });
    }
  },
};

export const proxyReverse: readonly Check[] = [reverseMissing, reverseDiffers, preserveHost];
