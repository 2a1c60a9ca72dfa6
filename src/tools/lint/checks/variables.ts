// Names and numbers that rules refer to and that are not there.

import { splitArguments } from '../../../rules/line.ts';
import type { Segment, Template } from '../../../rules/template.ts';
import { compileVariable } from '../../../rules/variables.ts';
import { type Line, linesNamed } from '../blocks.ts';
import { type Check, config, htaccess } from '../check.ts';
import type { RuleAt } from '../rewrite-scope.ts';
import type { Target } from '../target.ts';
import { eachRule } from './rule-checks.ts';

const unknownVariable: Check = {
  id: 'unknown-variable',
  severity: 'error',
  title: 'There is no such variable',
  why: 'mod_rewrite knows seven request headers by a name of their own; every other name that it does not know is empty, for every request.',
  mend: 'Write %{HTTP:Header-Name} for a header, %{ENV:NAME} for an environment variable.',
  bad: [
    htaccess('RewriteEngine On\nRewriteCond %{HTTP_X_FORWARDED_PROTO} !https\nRewriteRule ^ - [F]'),
    htaccess('RewriteEngine On\nRewriteRule ^old$ https://%{HTTP_HOSTNAME}/new [R,L]'),
  ],
  good: [htaccess('RewriteEngine On\nRewriteCond %{HTTP:X-Forwarded-Proto} !https\nRewriteRule ^ - [F]')],
  run(target, report) {
    for (const line of target.lines) {
      if (line.name !== 'rewriterule' && line.name !== 'rewritecond') continue;
      for (const { name, offset } of variablesIn(line)) {
        const better = betterName(name);
        report(line, {
          message: `%{${name}} is always empty: there is no such variable`,
          ...(better === undefined ? {} : { hint: `Write %{${better}}` }),
          offset,
          length: name.length + 3,
        });
      }
    }
  },
};

/** `%{NAME}` where a text is expanded, with names that nobody knows. */
function variablesIn(line: Line): readonly { readonly name: string; readonly offset: number }[] {
  const words = splitArguments(line.node.args);
  if (words === undefined) return [];
  const isRule = line.name === 'rewriterule';
  if (!isRule && /^expr$/i.test(words.first.text)) return [];
  const texts = isRule ? [words.second, ...(words.third ? [words.third] : [])] : [words.first];
  return texts.flatMap(({ text, offset }) =>
    [...text.matchAll(/(?<!\\)%\{([^{}]*)\}/g)].flatMap((found) => {
      const name = found[1]!;
      return compileVariable(name) === undefined ? [{ name, offset: offset + found.index }] : [];
    }),
  );
}

function betterName(name: string): string | undefined {
  const header = /^HTTP_([A-Z0-9_]+)$/i.exec(name)?.[1];
  if (header !== undefined && /^HOST/i.test(header)) return 'HTTP_HOST';
  if (header !== undefined)
    return `HTTP:${header.toLowerCase().replace(/(^|_)([a-z])/g, (_, gap: string, letter: string) => (gap === '' ? '' : '-') + letter.toUpperCase())}`;
  if (/^REDIRECT_/i.test(name)) return `ENV:${name}`;
  const forms: { readonly [name: string]: string } = {
    HTTP: 'HTTP_HOST',
    URI: 'REQUEST_URI',
    HOST: 'HTTP_HOST',
    PORT: 'SERVER_PORT',
    SCHEME: 'REQUEST_SCHEME',
    SSL: 'HTTPS',
  };
  return forms[name.toUpperCase()];
}

const missingGroup: Check = {
  id: 'back-reference-missing',
  severity: 'error',
  title: 'A back-reference has no group',
  why: '$N is what the Nth pair of parentheses of the pattern has matched, %N the same of the last condition that matched. Without such a group it is always empty.',
  mend: 'Put parentheses around what you want to refer to, or correct the number.',
  bad: [
    htaccess('RewriteEngine On\nRewriteRule ^item/[0-9]+$ item.php?id=$1 [L]'),
    htaccess('RewriteEngine On\nRewriteRule ^my%20page$ /my%20page.html [R=301,L]'),
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP_HOST} ^www\\.example\\.com$\nRewriteRule ^ https://%1/ [R=301,L]',
    ),
  ],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^item/([0-9]+)$ item.php?id=$1 [L]'),
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP_HOST} ^www\\.(example\\.com)$\nRewriteRule ^ https://%1/ [R=301,L]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at) => {
      for (const missing of new Set(missingIn(at))) {
        const offset = at.line.node.args.indexOf(missing, at.words.second.offset);
        const isEscape =
          missing.startsWith('%') && /^%[0-9][0-9A-Fa-f]/.test(at.line.node.args.slice(offset));
        report(at.line, {
          message: `${missing} is always empty: ${missing.startsWith('$') ? 'the pattern' : 'the last condition'} has no such group`,
          ...(isEscape
            ? {
                hint: `For a percent sign write \\${at.line.node.args.slice(offset, offset + 3)}, and [NE] in a redirect.`,
              }
            : {}),
          ...(offset < 0 ? {} : { offset, length: 2 }),
        });
      }
    });
  },
};

/** Back-references as written, of groups that do not exist. */
function missingIn({ rule }: RuleAt): readonly string[] {
  const { pattern, substitution, flags } = rule;
  const ofRule = pattern.negated ? -1 : pattern.regex.groupCount;
  const ofCondition = groupsOfConditions(rule.conditions);
  const templates = [substitution, ...flags.env, ...flags.cookies].filter(
    (one): one is Template => one !== undefined,
  );
  return templates
    .flatMap(({ segments }) => segments.flatMap(withKeys))
    .flatMap((segment) => {
      if (typeof segment === 'string' || segment.kind !== 'backref') return [];
      if (segment.of === 'rule') return segment.group > ofRule ? [`$${segment.group}`] : [];
      return segment.group > ofCondition ? [`%${segment.group}`] : [];
    });
}

function withKeys(segment: Segment): readonly Segment[] {
  return typeof segment !== 'string' && segment.kind === 'map'
    ? segment.key.segments.flatMap(withKeys)
    : [segment];
}

/** The most groups that a condition can leave; -1 without one that leaves any. */
function groupsOfConditions(conditions: RuleAt['rule']['conditions']): number {
  const counts = conditions.map(({ test, negated }) => {
    if (negated) return -1;
    return test.kind === 'regex' ? test.regex.groupCount : test.kind === 'expr' ? 9 : -1;
  });
  return Math.max(-1, ...counts);
}

const setTooLate: Check = {
  id: 'variable-set-too-late',
  severity: 'warning',
  title: 'SetEnv sets a variable after it is asked for',
  why: 'SetEnv runs behind access control and behind the rules: conditions, Require env and Allow from env= do not see what it sets.',
  mend: 'Set it with SetEnvIf, which runs early: SetEnvIf Request_URI "^" NAME=value',
  bad: [
    htaccess(
      'RewriteEngine On\nSetEnv MAINTENANCE 1\nRewriteCond %{ENV:MAINTENANCE} =1\nRewriteRule ^ - [R=503,L]',
    ),
    config('SetEnv trusted 1\n<Location /admin>\nRequire env trusted\n</Location>'),
  ],
  good: [
    htaccess(
      'RewriteEngine On\nSetEnvIf Request_URI "^" MAINTENANCE=1\nRewriteCond %{ENV:MAINTENANCE} =1\nRewriteRule ^ - [R=503,L]',
    ),
  ],
  run(target, report) {
    const late = setOnlyBySetEnv(target);
    if (late.size === 0) return;
    for (const { line, name } of readersOf(target))
      if (late.has(name))
        report(line, {
          message: `${name} is set by SetEnv in line ${late.get(name)}, which is too late for this`,
        });
  },
};

function setOnlyBySetEnv({ blocks }: Target): ReadonlyMap<string, number> {
  const late = new Map<string, number>();
  for (const block of blocks)
    for (const line of linesNamed(block, 'setenv'))
      late.set(line.words[0] ?? '', line.node.line.placeAt().line);
  for (const block of blocks)
    for (const line of linesNamed(
      block,
      'setenvif',
      'setenvifnocase',
      'browsermatch',
      'browsermatchnocase',
      'passenv',
      'rewriterule',
      'setenvifexpr',
    ))
      for (const name of [...late.keys()]) if (line.node.args.includes(name)) late.delete(name);
  return late;
}

function* readersOf({ lines }: Target): Iterable<{ readonly line: Line; readonly name: string }> {
  for (const line of lines) {
    const [first = '', second = ''] = line.words;
    if (line.name === 'rewritecond') {
      const name = /^%\{ENV:([^}]+)\}/i.exec(splitArguments(line.node.args)?.first.text ?? '')?.[1];
      if (name !== undefined) yield { line, name };
    }
    if (line.name === 'require' && /^env$/i.test(first)) yield { line, name: second };
    if (line.name === 'allow' || line.name === 'deny')
      for (const word of line.words)
        if (/^env=!?./i.test(word)) yield { line, name: word.replace(/^env=!?/i, '') };
  }
}

export const variables: readonly Check[] = [unknownVariable, missingGroup, setTooLate];
