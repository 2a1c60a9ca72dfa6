// Header lines that give away more, or reach fewer answers, than it looks.

import { compileRegex, RegexSyntaxError } from '../../../kit/regex/index.ts';
import { readCookie } from '../../../rules/cookie.ts';
import { type Block, type Line, linesNamed } from '../blocks.ts';
import { type Check, htaccess } from '../check.ts';
import type { Target } from '../target.ts';
import { eachRule, partOf } from './rule-checks.ts';

/** A Header line: `always` apart, the action and the field in lower case. */
interface HeaderLine {
  readonly line: Line;
  readonly always: boolean;
  readonly action: string;
  readonly field: string;
  readonly value: string;
}

function headerLines(block: Block): readonly HeaderLine[] {
  return linesNamed(block, 'header').map((line) => {
    const always = /^always$/i.test(line.words[0] ?? '');
    const hasTable = always || /^onsuccess$/i.test(line.words[0] ?? '');
    const [action = '', field = '', value = ''] = hasTable ? line.words.slice(1) : line.words;
    return { line, always, action: action.toLowerCase(), field: field.toLowerCase(), value };
  });
}

/** What a block says and what is around it. */
function headersAround(block: Block): readonly HeaderLine[] {
  const own = headerLines(block);
  return block.parent === undefined ? own : [...own, ...headersAround(block.parent)];
}

const SETS: ReadonlySet<string> = new Set(['set', 'add', 'append', 'merge', 'setifempty']);
const ORIGIN = 'access-control-allow-origin';

function sendsCredentials(block: Block): boolean {
  return headersAround(block).some(
    ({ action, field, value }) =>
      SETS.has(action) && field === 'access-control-allow-credentials' && /^true$/i.test(value),
  );
}

const anyWithCredentials: Check = {
  id: 'cors-any-with-credentials',
  severity: 'error',
  title: 'Every origin is allowed, with credentials',
  why: 'Browsers refuse * together with credentials: the requests that the line is for fail. Who gets round that by naming every origin opens the accounts of all users to every page.',
  mend: 'Name the origins that may come: SetEnvIf Origin "^https://app\\.example\\.com$" ORIGIN=$0 and Header set Access-Control-Allow-Origin %{ORIGIN}e env=ORIGIN',
  bad: [
    htaccess('Header set Access-Control-Allow-Origin "*"\nHeader set Access-Control-Allow-Credentials true'),
  ],
  good: [htaccess('Header set Access-Control-Allow-Origin "*"')],
  run(target, report) {
    for (const block of target.blocks)
      for (const { line, action, field, value } of headerLines(block))
        if (SETS.has(action) && field === ORIGIN && value === '*' && sendsCredentials(block))
          report(line, { message: 'every origin is allowed, and credentials are, too' });
  },
};

const FOREIGN = [
  'https://evil.test',
  'https://www.example.com.evil.test',
  'https://example.com.evil.test',
  'https://evilexample.com',
];

const echoesOrigin: Check = {
  id: 'cors-echoes-origin',
  severity: 'error',
  title: 'Whoever asks is allowed',
  why: 'The answer names the origin that the request has named: with credentials every page on the web can read what the visitor may read.',
  mend: 'Compare with a pattern that has ^ and $ and escaped dots: SetEnvIf Origin "^https://app\\.example\\.com$" ORIGIN=$0',
  bad: [
    htaccess(
      'SetEnvIf Origin "(.*)" ORIGIN=$1\nHeader set Access-Control-Allow-Origin %{ORIGIN}e env=ORIGIN\nHeader set Access-Control-Allow-Credentials true',
    ),
    htaccess(
      'Header set Access-Control-Allow-Origin "expr=%{req:Origin}"\nHeader set Access-Control-Allow-Credentials true',
    ),
  ],
  good: [
    htaccess(
      'SetEnvIf Origin "^https://app\\.example\\.com$" ORIGIN=$0\nHeader set Access-Control-Allow-Origin %{ORIGIN}e env=ORIGIN\nHeader set Access-Control-Allow-Credentials true',
    ),
  ],
  run(target, report) {
    for (const block of target.blocks)
      for (const { line, action, field, value } of headerLines(block)) {
        if (!SETS.has(action) || field !== ORIGIN || !sendsCredentials(block)) continue;
        const origin = foreignOrigin(target, value);
        if (origin !== undefined)
          report(line, { message: `a page of ${origin} may read everything with the visitor's credentials` });
      }
  },
};

/** An origin of somebody else's that the value would name. */
function foreignOrigin(target: Target, value: string): string | undefined {
  if (/^expr=%\{(?:req|http):origin\}$/i.test(value)) return FOREIGN[0];
  const name = /^%\{([^}]+)\}e$/.exec(value)?.[1];
  if (name === undefined) return undefined;
  for (const line of target.lines) {
    const [header = '', pattern = '', ...names] = line.words;
    if (!/^setenvif(?:nocase)?$/.test(line.name) || !/^origin$/i.test(header)) continue;
    if (!names.some((word) => word.startsWith(`${name}=$`))) continue;
    const found = FOREIGN.find((origin) => matches(pattern, line.name.endsWith('nocase'), origin));
    if (found !== undefined) return found;
  }
  return undefined;
}

function matches(pattern: string, nocase: boolean, text: string): boolean {
  try {
    return compileRegex(pattern, { nocase }).test(text);
  } catch (error) {
    if (error instanceof RegexSyntaxError) return false;
    throw error;
  }
}

const cookie: Check = {
  id: 'cookie-without-secure',
  severity: 'warning',
  title: 'A cookie goes over unencrypted connections',
  why: 'Without secure the browser sends it with http requests, too, where everybody on the way can read and change it; without httponly every script of the page reads it.',
  mend: 'Give all fields: CO=name:value:.example.com:0:/:secure:httponly, or Set-Cookie with ; Secure; HttpOnly',
  bad: [
    htaccess('RewriteEngine On\nRewriteRule ^login$ - [CO=session:1:.example.com]'),
    htaccess('Header add Set-Cookie "session=1; Path=/"'),
  ],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^login$ - [CO=session:1:.example.com:0:/:secure:httponly]'),
    htaccess('Header add Set-Cookie "session=1; Path=/; Secure; HttpOnly"'),
  ],
  run(target, report) {
    eachRule(target, (at) => {
      for (const { literal, text } of at.rule.flags.cookies) {
        const line = readCookie(literal ?? text, new Date(0))?.line;
        const missing = line === undefined ? [] : missingIn(line);
        if (missing.length > 0)
          report(at.line, {
            message: `the cookie is sent without ${missing.join(' and ')}`,
            ...partOf(at, 'flags'),
          });
      }
    });
    for (const block of target.blocks)
      for (const { line, action, field, value } of headerLines(block)) {
        if (!SETS.has(action) || field !== 'set-cookie') continue;
        const missing = missingIn(value);
        if (missing.length > 0)
          report(line, { message: `the cookie is sent without ${missing.join(' and ')}` });
      }
  },
};

function missingIn(line: string): readonly string[] {
  return ['Secure', 'HttpOnly'].filter((name) => !new RegExp(`;\\s*${name}(?:;|\\s|$)`, 'i').test(line));
}

const SECURITY: ReadonlySet<string> = new Set([
  'strict-transport-security',
  'content-security-policy',
  'x-frame-options',
  'x-content-type-options',
  'referrer-policy',
]);

const onlyOnSuccess: Check = {
  id: 'header-only-on-success',
  severity: 'note',
  title: 'A security header is missing on errors and redirects',
  why: 'Header set alone is for answers that succeed: pages of the server for 404 and 500, and its redirects, go out without it.',
  mend: 'Write Header always set.',
  bad: [htaccess('Header set X-Frame-Options SAMEORIGIN')],
  good: [htaccess('Header always set X-Frame-Options SAMEORIGIN')],
  run(target, report) {
    for (const block of target.blocks)
      for (const { line, always, action, field, value } of headerLines(block)) {
        if (always || action !== 'set' || !SECURITY.has(field)) continue;
        if (headersAround(block).some((other) => other.always && other.field === field)) continue;
        report(line, {
          message: `${line.words[1] ?? ''} is not sent with errors and redirects`,
          hint: `Write Header always set ${line.words[1] ?? ''} "${value}"`,
        });
      }
  },
};

export const headers: readonly Check[] = [anyWithCredentials, echoesOrigin, cookie, onlyOnSuccess];
