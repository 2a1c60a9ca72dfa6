// The rows of the benchmark. A row is data: `configuration` (what the contestants are told, configurations.mjs),
// `request`, `answer` (what is due, compared on every request), `headers` (patterns of header lines the answer must
// have, tried once before timing), `seen` (patterns of what the backend must have seen), and
// `targets`: the most that portico's CPU time per request may be, as a ratio to each peer's.

import { FILES, LONE_RULE, PROXY, withLog } from './configurations.mjs';
import { CSS, FORM, HELLO, LARGE, PAGE } from './support/backend.mjs';

const USUAL = ['User-Agent: bench', 'Accept: */*'];

/** What a browser sends: with Host, twenty header lines. */
const BROWSER = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-GB,en;q=0.9,de;q=0.8',
  'Cache-Control: max-age=0',
  'Connection: keep-alive',
  'Cookie: session=7f3a9c1e5b2d4860; theme=dark; _ga=GA1.1.1234567890.1700000000; csrftoken=Zk3vQ8sT1xLw',
  'DNT: 1',
  'Origin: http://127.0.0.1',
  'Pragma: no-cache',
  'Priority: u=0, i',
  'Referer: http://127.0.0.1/articles/2024/a-page-before-this-one?from=list&page=3',
  'Sec-Ch-Ua: "Chromium";v="131", "Not_A Brand";v="24"',
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Site: same-origin',
  'Sec-Fetch-User: ?1',
  'Upgrade-Insecure-Requests: 1',
  'X-Request-Id: 4d6f6e74-7920-5079-7468-6f6e21212121',
];

const FORWARDED = [/^x-forwarded-for: 127\.0\.0\.1$/m];
const KEPT = /^nth: ([2-9]|\d\d+)$/m;
const ETAG = /^etag: "[^"]+"$/im;
const LAST_MODIFIED = /^last-modified: \w{3}, /im;

const POST = {
  method: 'POST',
  path: '/form',
  headers: [...USUAL, 'Content-Type: application/x-www-form-urlencoded'],
  body: FORM,
};

export const ROWS = [
  {
    name: 'proxy',
    what: 'proxied GET through a RewriteRule [P], backend connections kept',
    configuration: { ...PROXY, relay: () => '' },
    request: { path: '/hello', headers: USUAL },
    answer: { status: 200, body: HELLO },
    seen: [...FORWARDED, KEPT],
    targets: { apache: 0.5, nginx: 1.5, 'http-proxy': 0.2 },
  },
  {
    name: 'lone-rule',
    what: 'proxied GET through a lone RewriteRule, for which Apache opens a backend connection every time',
    configuration: LONE_RULE,
    request: { path: '/hello', headers: USUAL },
    answer: { status: 200, body: HELLO },
    seen: FORWARDED,
    targets: { apache: 0.25 },
  },
  {
    name: 'headers',
    what: 'proxied GET with 20 header lines and cookies, 8 KB answered',
    configuration: PROXY,
    request: { path: '/page.html', headers: BROWSER },
    answer: { status: 200, body: PAGE },
    headers: [/^set-cookie: session=/im, /^set-cookie: theme=/im, /^x-frame-options: SAMEORIGIN$/im],
    seen: [...FORWARDED, KEPT, /^cookie: session=.*csrftoken=Zk3vQ8sT1xLw$/m, /^x-request-id: 4d6f/m],
    targets: { apache: 0.6 },
  },
  {
    name: 'log',
    what: 'the first row with a combined access log',
    configuration: withLog(PROXY),
    request: { path: '/hello', headers: USUAL },
    answer: { status: 200, body: HELLO },
    seen: [...FORWARDED, KEPT],
    log: '/hello',
    targets: { apache: 0.6 },
  },
  {
    name: 'file-4k',
    what: 'static file of 4 KB',
    configuration: FILES,
    request: { path: '/style.css', headers: USUAL },
    answer: { status: 200, body: CSS },
    headers: [ETAG, LAST_MODIFIED, /^content-type: text\/css/im],
    targets: { apache: 0.7 },
  },
  {
    name: 'file-304',
    what: 'the same file, revalidated: 304',
    configuration: FILES,
    request: { path: '/style.css', headers: USUAL },
    revalidates: true,
    answer: { status: 304 },
    headers: [ETAG],
    targets: { apache: 0.7 },
  },
  {
    name: 'file-1m',
    what: 'static file of 1 MB',
    configuration: FILES,
    request: { path: '/large.txt', headers: USUAL },
    answer: { status: 200, body: LARGE },
    headers: [ETAG, LAST_MODIFIED, /^content-type: text\/plain/im],
    targets: { apache: 1.5 },
  },
  {
    name: 'proxy-1m',
    what: 'proxied GET, 1 MB answered',
    configuration: PROXY,
    request: { path: '/large.txt', headers: USUAL },
    answer: { status: 200, body: LARGE },
    seen: [...FORWARDED, KEPT],
    targets: { apache: 1.5 },
  },
  {
    name: 'post',
    what: 'proxied POST of 10 KB with a length',
    configuration: PROXY,
    request: POST,
    answer: { status: 200, body: HELLO },
    seen: FORWARDED,
    targets: { apache: 0.6 },
  },
  {
    name: 'post-chunked',
    what: 'proxied POST of 10 KB in chunks',
    configuration: PROXY,
    request: { ...POST, chunk: 4096 },
    answer: { status: 200, body: HELLO },
    seen: FORWARDED,
    targets: { apache: 0.6 },
  },
  {
    name: 'idle',
    what: '10,000 idle client connections that are kept: memory of each',
    configuration: { ...PROXY, sockets: () => '' },
    request: { path: '/hello', headers: USUAL },
    answer: { status: 200, body: HELLO },
    idle: 10_000,
    targets: { bytes: 8192 },
  },
];
