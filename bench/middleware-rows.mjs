// The rows of the bench of middlewares, each once in a program of node:http and once in one of Express: what the program is
// told (support/program.mjs), what it is asked, and what is due. rows.mjs says what a row is.

import { CSS, FORM, HELLO } from './support/backend.mjs';

const USUAL = ['User-Agent: bench', 'Accept: */*'];
const FORWARDED = [/^x-forwarded-for: 127\.0\.0\.1$/m];
const KEPT = /^nth: ([2-9]|\d\d+)$/m;

/** The same lines for both: connect-modrewrite takes them without the word RewriteRule. */
function rules(count, flags) {
  return Array.from({ length: count }, (_, at) => `^/old-${at + 1}/(.*)$ /app/$1 [${flags}]`);
}

function httpd(lines) {
  return ['RewriteEngine on', ...lines.map((line) => `RewriteRule ${line}`)].join('\n');
}

function rewriting(count, flags) {
  const lines = rules(count, flags);
  return {
    portico: () => ({ configuration: httpd(lines) }),
    'connect-modrewrite': () => ({ rules: lines }),
  };
}

const proxying = {
  portico: ({ backend }) => ({ configuration: `ProxyPass / http://127.0.0.1:${backend}/\n` }),
  'http-proxy-middleware': ({ backend }) => ({ backend }),
  'http-proxy': ({ backend }) => ({ backend }),
};

const alone = { none: () => ({}) };

const WORK = [
  {
    name: 'pass',
    what: '10 rules, none applies: the application answers',
    configuration: { ...alone, ...rewriting(10, 'L') },
    request: { path: '/app/hello', headers: USUAL },
    answer: { status: 200, body: HELLO },
    targets: { 'connect-modrewrite': 1 },
  },
  {
    name: 'rewrite',
    what: 'the fifth of 10 rules applies: the application answers another path',
    configuration: rewriting(10, 'L'),
    request: { path: '/old-5/hello', headers: USUAL },
    answer: { status: 200, body: HELLO },
    targets: { 'connect-modrewrite': 1 },
  },
  {
    name: 'redirect',
    what: 'the fifth of 10 rules redirects; connect-modrewrite answers without a body',
    configuration: rewriting(10, 'R=301,L'),
    request: { path: '/old-5/hello', headers: USUAL },
    answer: { status: 301 },
    headers: [/^location: http:\/\/127\.0\.0\.1:\d+\/app\/hello$/im],
    hasAnyBody: true,
    targets: {},
  },
  {
    name: 'proxy',
    what: 'proxied GET, 13 bytes answered, backend connections kept',
    configuration: proxying,
    request: { path: '/hello', headers: USUAL },
    answer: { status: 200, body: HELLO },
    seen: [...FORWARDED, KEPT],
    targets: { 'http-proxy-middleware': 0.6, 'http-proxy': 0.7 },
  },
  {
    name: 'post',
    what: 'proxied POST of 10 KB with a length',
    configuration: proxying,
    request: {
      method: 'POST',
      path: '/form',
      headers: [...USUAL, 'Content-Type: application/x-www-form-urlencoded'],
      body: FORM,
    },
    answer: { status: 200, body: HELLO },
    seen: FORWARDED,
    targets: { 'http-proxy-middleware': 0.7, 'http-proxy': 0.8 },
  },
  {
    name: 'file-4k',
    what: 'static file of 4 KB',
    configuration: {
      portico: ({ htdocs }) => ({ root: htdocs }),
      'express.static': ({ htdocs }) => ({ htdocs }),
    },
    request: { path: '/style.css', headers: USUAL },
    answer: { status: 200, body: CSS },
    headers: [/^etag: (?:W\/)?"[^"]+"$/im, /^last-modified: \w{3}, /im, /^content-type: text\/css/im],
    targets: { 'express.static': 1 },
  },
  {
    name: 'rules-1000',
    what: '1,000 rules, none applies: the application answers',
    configuration: rewriting(1000, 'L'),
    request: { path: '/app/hello', headers: USUAL },
    answer: { status: 200, body: HELLO },
    targets: { 'connect-modrewrite': 0.2 },
  },
];

/** A row whose contestants are told the kind of their program, too. */
function inside(framework, title, row) {
  const configuration = Object.entries(row.configuration).map(([name, told]) => [
    name,
    (site) => ({ framework, ...told(site) }),
  ]);
  return {
    ...row,
    name: `${row.name}-${framework}`,
    what: `${title}: ${row.what}`,
    configuration: Object.fromEntries(configuration),
  };
}

export const MIDDLEWARE_ROWS = WORK.flatMap((row) => [
  inside('node', 'node:http', row),
  inside('express', 'Express', row),
]);
