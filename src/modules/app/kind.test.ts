import { expect, it } from 'vitest';
import type { Exchange } from '../../request/exchange.ts';
import { HeaderList } from '../../wire/header-list.ts';
import { isPageRequest } from './kind.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

it.each<[string, { readonly [name: string]: string }, boolean]>([
  ['GET', { Accept: BROWSER }, true],
  ['HEAD', { Accept: BROWSER }, true],
  ['GET', { Accept: BROWSER, 'Sec-Fetch-Mode': 'navigate' }, true],
  ['GET', { 'Sec-Fetch-Mode': 'navigate' }, true],
  // What scripts and pages load, whatever they say they take.
  ['GET', { Accept: BROWSER, 'Sec-Fetch-Mode': 'cors' }, false],
  ['GET', { Accept: 'image/avif,image/webp,*/*', 'Sec-Fetch-Mode': 'no-cors' }, false],
  ['GET', { Accept: BROWSER, Upgrade: 'websocket' }, false],
  ['POST', { Accept: BROWSER, 'Sec-Fetch-Mode': 'navigate' }, false],
  ['GET', { Accept: '*/*' }, false],
  ['GET', { Accept: 'application/json' }, false],
  ['GET', {}, false],
  ['GET', { Accept: 'application/json, TEXT/HTML ; q=0.5' }, true],
  ['GET', { Accept: 'application/json, text/html;q=0' }, false],
  ['GET', { Accept: 'text/html;q=0.000, text/htmlx' }, false],
])('%s with %j asks for a page: %s', (method, fields, isPage) => {
  const headers = new HeaderList();
  for (const [name, value] of Object.entries(fields)) headers.append(name, value);
  const x = { method, headers, isSubrequest: () => false } as unknown as Exchange;
  expect(isPageRequest(x)).toBe(isPage);
});
