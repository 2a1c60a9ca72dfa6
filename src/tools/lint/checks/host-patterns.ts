// Patterns for hosts that match more hosts than those they spell; and patterns that cost too much. Tried on such hosts.

import { compileRegex, RegexSyntaxError } from '../../../kit/regex/index.ts';
import type { Condition } from '../../../rules/index.ts';
import type { Line } from '../blocks.ts';
import { type Check, config, htaccess, type Report } from '../check.ts';
import { costlySubject } from '../costly.ts';
import { keyOf, variableOf } from '../values.ts';
import { eachRule } from './rule-checks.ts';

const HOST_KEYS: ReadonlySet<string | undefined> = new Set([
  'header:host',
  'SERVER_NAME',
  'header:referer',
  'header:origin',
]);

interface HostTest {
  readonly condition: Condition;
  readonly key: string;
  readonly source: string;
  test(text: string): boolean;
}

function hostTest(condition: Condition): HostTest | undefined {
  const { test, subject, noCase } = condition;
  const variable = variableOf(subject);
  const key = variable && keyOf(variable);
  if (test.kind !== 'regex' || key === undefined || !HOST_KEYS.has(key)) return undefined;
  const regex = compileRegex(test.regex.source, { nocase: noCase });
  return { condition, key, source: test.regex.source, test: (text) => regex.test(text) };
}

/** Host names that a pattern spells, its dots escaped or not. */
const NAME = /[A-Za-z0-9-]+(?:\\?\.[A-Za-z0-9-]+)+/g;

const unescapedDot: Check = {
  id: 'unescaped-dot',
  severity: 'note',
  title: 'A dot in a pattern for a host stands for any character',
  why: 'A dot matches every byte: ^www.example.com$ matches wwwxexample.com too.',
  mend: 'Write \\. for a dot, or compare texts: RewriteCond %{HTTP_HOST} =www.example.com',
  bad: [
    htaccess('RewriteEngine On\nRewriteCond %{HTTP_HOST} ^www.example.com$\nRewriteRule ^a$ /x [R=302,L]'),
  ],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP_HOST} ^www\\.example\\.com$\nRewriteRule ^a$ /x [R=302,L]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at) => {
      for (const condition of at.rule.conditions) {
        const host = hostTest(condition);
        const name = host?.source.match(NAME)?.find((text) => /(?<!\\)\./.test(text));
        if (host === undefined || name === undefined) continue;
        const spelled = name.replaceAll('\\', '');
        const other = name
          .replace(/\\\./g, '\0')
          .replace('.', 'x')
          .replaceAll('\0', '.')
          .replaceAll('\\', '');
        const prefix = host.key === 'header:referer' ? 'https://' : '';
        if (!host.test(prefix + spelled) || !host.test(prefix + other)) continue;
        report(condition.place as Line, {
          message: `the pattern matches ${other}, too`,
          hint: `Write ${name.replace(/(?<!\\)\./g, '\\.')}`,
        });
      }
    });
  },
};

const openPattern: Check = {
  id: 'host-pattern-open',
  severity: 'note',
  title: 'A pattern for a host matches hosts that only begin like it',
  why: 'Without $ behind the name, www.example.com.evil.test matches as well: whoever relies on the condition lets that host in.',
  mend: 'End a host with $, one in a Referer with (?:/|$).',
  bad: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP_REFERER} !^https?://www\\.example\\.com [NC]\nRewriteRule \\.png$ - [F]',
    ),
  ],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP_REFERER} !^https?://www\\.example\\.com(?:/|$) [NC]\nRewriteRule \\.png$ - [F]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at) => {
      for (const condition of at.rule.conditions) {
        const host = hostTest(condition);
        const name = host?.source
          .match(NAME)
          ?.find((text) => text.length > 4)
          ?.replaceAll('\\', '');
        if (host === undefined || name === undefined) continue;
        const prefixes =
          host.key === 'header:host' || host.key === 'SERVER_NAME' ? [''] : ['http://', 'https://'];
        const evil = prefixes.map((prefix) => `${prefix}${name}.evil.test`);
        const isMeant = prefixes.some((prefix) => host.test(prefix + name));
        const found = isMeant ? evil.find((text) => host.test(text)) : undefined;
        if (found !== undefined)
          report(condition.place as Line, { message: `the pattern matches ${found}, too` });
      }
    });
  },
};

const costly: Check = {
  id: 'costly-pattern',
  severity: 'warning',
  title: 'A pattern can take exponentially many steps',
  why: 'A loop inside a loop can be cut into pieces in so many ways that a short request keeps PCRE busy until it gives up; Apache then takes it for no match, so that a rule that should refuse the request lets it pass. (portico remembers what has failed, and is done in a few steps.)',
  mend: 'Let one loop do: ([^/]+)* is the same as ([^/]*), (a|aa)+ the same as a+.',
  bad: [
    htaccess('RewriteEngine On\nRewriteRule ^([a-z]+)*\\.html$ /page [L]'),
    htaccess('RewriteEngine On\nRewriteCond %{QUERY_STRING} ^(\\w+\\s?)*$\nRewriteRule ^ - [F]'),
    config('RedirectMatch 301 "^/((a|b|ab)*)c$" /x'),
  ],
  good: [htaccess('RewriteEngine On\nRewriteRule ^([a-z]*)\\.html$ /page [L]')],
  run(target, report) {
    eachRule(target, (at) => {
      const { pattern, flags } = at.rule;
      complain(report, at.line, pattern.regex.source, flags.noCase);
      for (const { test, noCase, place } of at.rule.conditions)
        if (test.kind === 'regex') complain(report, place as Line, test.regex.source, noCase);
    });
    for (const line of target.lines)
      for (const source of patternsOf(line)) complain(report, line, source, line.name.endsWith('nocase'));
  },
};

function complain(report: Report, where: Line, source: string, nocase: boolean): void {
  const subject = costlySubject(source, { nocase });
  if (subject === undefined) return;
  const shown = subject.length > 40 ? `${subject.slice(0, 40)}...` : subject;
  report(where, {
    message: `the pattern ${source} takes exponentially many steps for ${JSON.stringify(shown)}`,
  });
}

const PATTERN_WORDS: { readonly [directive: string]: number } = {
  aliasmatch: 0,
  scriptaliasmatch: 0,
  proxypassmatch: 0,
  setenvif: 1,
  setenvifnocase: 1,
};

function patternsOf(line: Line): readonly string[] {
  const position = line.name === 'redirectmatch' ? line.words.length - 2 : PATTERN_WORDS[line.name];
  const source = position === undefined ? undefined : line.words[position];
  return source === undefined || !isPattern(source) ? [] : [source];
}

/** What cannot be compiled is the reader's to say. */
function isPattern(source: string): boolean {
  try {
    compileRegex(source);
    return true;
  } catch (error) {
    if (error instanceof RegexSyntaxError) return false;
    throw error;
  }
}

export const hostPatterns: readonly Check[] = [unescapedDot, openPattern, costly];
