// Conditions that cannot hold, cannot fail, or belong to another rule than it looks.

import type { Condition } from '../../../rules/index.ts';
import type { Line } from '../blocks.ts';
import { type Check, htaccess } from '../check.ts';
import { type Group, groupsOf } from '../request-for.ts';
import type { RuleAt } from '../rewrite-scope.ts';
import { demandOf, keyOf, opposite, possible, valueFor, variableOf } from '../values.ts';
import { eachRule, partOf } from './rule-checks.ts';

function lineOf(condition: Condition): Line {
  return condition.place as Line;
}

function keyOfCondition({ subject }: Condition): string | undefined {
  const variable = variableOf(subject);
  return variable && keyOf(variable);
}

/** What is to be said of a test that no value passes. */
const REASONS: { readonly [key: string]: string } = {
  HTTPS: 'its value is on or off',
  REQUEST_URI: 'its value begins with a slash and has no query: that is in %{QUERY_STRING}',
  QUERY_STRING: 'its value has no question mark in front and nothing but bytes that may stand in a URL',
  'header:host':
    'its value is a host name, and a port where it is not the usual one: no scheme, no slash, no path',
  THE_REQUEST: 'its value is the whole line, GET /path?query HTTP/1.1, so that ^/ cannot match',
  REQUEST_SCHEME: 'its value is http or https',
  REQUEST_FILENAME: 'its value is a path that begins with a slash',
  SERVER_PORT: 'its value is a number',
};

const neverHolds: Check = {
  id: 'condition-never-holds',
  severity: 'error',
  title: 'No value that the variable can have passes the test',
  why: 'The condition is false (or, with !, true) for every request.',
  mend: 'Look up what the variable holds, and write the pattern for that.',
  bad: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTPS} ^1$\nRewriteRule ^login$ https://www.example.com/login [R,L]',
    ),
    htaccess('RewriteEngine On\nRewriteCond %{REQUEST_URI} ^old/\nRewriteRule ^ /new [R,L]'),
    htaccess('RewriteEngine On\nRewriteCond %{HTTP_HOST} ^https?://example\\.com\nRewriteRule ^ /x [R,L]'),
    htaccess('RewriteEngine On\nRewriteCond %{THE_REQUEST} ^/index\\.php\nRewriteRule ^ / [R,L]'),
  ],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTPS} off\nRewriteRule ^login$ https://www.example.com/login [R,L]',
    ),
    htaccess('RewriteEngine On\nRewriteCond %{THE_REQUEST} ^[A-Z]+\\ /index\\.php\nRewriteRule ^ / [R,L]'),
  ],
  run(target, report) {
    eachRule(target, (at) => {
      for (const condition of at.rule.conditions) {
        const key = keyOfCondition(condition);
        const demand = demandOf(condition);
        if (key === undefined || demand === undefined || possible(key) === undefined) continue;
        if (valueFor(key, [{ ...demand, inside: true }]) !== null) continue;
        report(lineOf(condition), {
          message: `no value of %{${nameOf(condition)}} passes this test: the condition is ${condition.negated ? 'always' : 'never'} true`,
          why: REASONS[key] === undefined ? neverHolds.why : `${capital(REASONS[key])}.`,
        });
      }
    });
  },
};

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function nameOf({ subject }: Condition): string {
  const [segment] = subject.segments;
  return typeof segment === 'object' && segment.kind === 'variable' ? segment.name : subject.text;
}

const contradict: Check = {
  id: 'conditions-contradict',
  severity: 'error',
  title: 'Conditions exclude each other, so that the rule never applies',
  why: 'All conditions of a rule must hold at once; a value cannot be two things.',
  mend: 'Join alternatives with [OR], or write them into one pattern: ^(one|two)\\.example\\.com$',
  bad: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP_HOST} ^one\\.example\\.com$\nRewriteCond %{HTTP_HOST} ^two\\.example\\.com$\nRewriteRule ^a$ /x [R,L]',
    ),
  ],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP_HOST} ^one\\.example\\.com$ [OR]\nRewriteCond %{HTTP_HOST} ^two\\.example\\.com$\nRewriteRule ^a$ /x [R,L]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at) => {
      const pair = contradiction(at);
      if (pair === undefined) return;
      const [first, second] = pair;
      report(lineOf(second), {
        message: `%{${nameOf(second)}} cannot pass this test and that of line ${lineOf(first).node.line.placeAt().line}: the rule never applies`,
      });
    });
  },
};

/** Two conditions that must both hold, and cannot. */
function contradiction(at: RuleAt): readonly [Condition, Condition] | undefined {
  const must = groupsOf(at.rule.conditions).flatMap((group) => (group.length === 1 ? group : []));
  for (const [position, second] of must.entries())
    for (const first of must.slice(0, position)) {
      const key = keyOfCondition(first);
      const [one, other] = [demandOf(first), demandOf(second)];
      if (key === undefined || key !== keyOfCondition(second) || !one || !other) continue;
      const isPossible = [one, other].every((demand) => valueFor(key, [demand]) !== null);
      if (isPossible && valueFor(key, [one, other]) === null) return [first, second];
    }
  return undefined;
}

const alwaysHold: Check = {
  id: 'conditions-always-hold',
  severity: 'error',
  title: 'Negated alternatives always hold',
  why: 'Not this OR not that is true of everything: whatever fails one test passes the other. The rule applies to every request.',
  mend: 'Leave [OR] out: conditions that stand one below the other must all hold.',
  bad: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{REMOTE_ADDR} !^192\\.0\\.2\\.1$ [OR]\nRewriteCond %{REMOTE_ADDR} !^192\\.0\\.2\\.2$\nRewriteRule ^ - [F]',
    ),
  ],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{REMOTE_ADDR} !^192\\.0\\.2\\.1$\nRewriteCond %{REMOTE_ADDR} !^192\\.0\\.2\\.2$\nRewriteRule ^ - [F]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at) => {
      for (const group of groupsOf(at.rule.conditions)) {
        if (group.length < 2 || !holdsAlways(group)) continue;
        report(lineOf(group[0]!), {
          message: `one of these ${group.length} conditions holds for every value of %{${nameOf(group[0]!)}}`,
        });
      }
    });
  },
};

function holdsAlways(group: Group): boolean {
  const keys = new Set(group.map(keyOfCondition));
  const [key] = keys;
  if (keys.size !== 1 || key === undefined || !group.some(({ negated }) => negated)) return false;
  const demands = group.map(demandOf);
  if (demands.some((demand) => demand === undefined)) return false;
  const alone = group.some((condition) => valueFor(key, [opposite(demandOf(condition)!)]) === null);
  return (
    !alone &&
    valueFor(
      key,
      demands.map((demand) => opposite(demand!)),
    ) === null
  );
}

const lastOr: Check = {
  id: 'last-condition-or',
  severity: 'error',
  title: 'OR stands on the last condition',
  why: 'There is nothing left to join: when this condition is false, the rule applies all the same.',
  mend: 'Take OR off the last condition.',
  bad: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{REMOTE_ADDR} ^192\\.0\\.2\\. [OR]\nRewriteCond %{REMOTE_ADDR} ^198\\.51\\.100\\. [OR]\nRewriteRule ^ - [F]',
    ),
  ],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{REMOTE_ADDR} ^192\\.0\\.2\\. [OR]\nRewriteCond %{REMOTE_ADDR} ^198\\.51\\.100\\.\nRewriteRule ^ - [F]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at) => {
      const last = at.rule.conditions.at(-1);
      if (last?.or === true)
        report(lineOf(last), {
          message: 'OR has no condition behind it: the rule applies whether these hold or not',
        });
    });
  },
};

const loose: Check = {
  id: 'condition-without-rule',
  severity: 'warning',
  title: 'No rule follows a condition',
  why: 'Conditions belong to the next RewriteRule of the same section; without one they do nothing. Redirect and other directives do not see them.',
  mend: 'Write the rule behind its conditions, or take them out.',
  bad: [
    htaccess('RewriteEngine On\nRewriteCond %{HTTPS} off\nRedirect 301 /login https://www.example.com/login'),
  ],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTPS} off\nRewriteRule ^login$ https://www.example.com/login [R=301,L]',
    ),
  ],
  run(target, report) {
    for (const scope of target.scopes)
      for (const line of scope.loose) report(line, { message: 'no RewriteRule follows this condition' });
  },
};

const firstRuleOnly: Check = {
  id: 'conditions-end-at-rule',
  severity: 'warning',
  title: 'Conditions guard only the first of two rules',
  why: 'Conditions belong to the one rule behind them. The second rule leads to the same place and applies without them.',
  mend: 'Repeat the conditions above the second rule.',
  bad: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^a/(.*)$ index.php?a=$1 [L,B]\nRewriteRule ^b/(.*)$ index.php?b=$1 [L,B]',
    ),
  ],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^a/(.*)$ index.php?a=$1 [L,B]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^b/(.*)$ index.php?b=$1 [L,B]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at, scope) => {
      const before = scope.rules[at.position - 1];
      if (before === undefined || at.conditions.length > 0 || before.conditions.length === 0) return;
      if (placeOf(at) !== placeOf(before) + 1 || !isSamePlace(before, at)) return;
      if (!before.rule.conditions.some(({ test }) => test.kind === 'file')) return;
      // A pattern for one path is meant to hold always: ^index\.php$
      if (at.rule.pattern.regex.groupCount === 0) return;
      report(at.line, {
        message: `the conditions above line ${placeOf(before)} do not guard this rule`,
        ...partOf(at, 'pattern'),
      });
    });
  },
};

function placeOf(at: RuleAt): number {
  return at.line.node.line.placeAt().line;
}

/** Both substitutions begin with the same file. */
function isSamePlace(one: RuleAt, other: RuleAt): boolean {
  const [first, second] = [one, other].map(({ words }) => words.second.text.split(/[?$%]/)[0]!);
  return first === second && first !== '' && first !== '-';
}

export const conditions: readonly Check[] = [
  neverHolds,
  contradict,
  alwaysHold,
  lastOr,
  loose,
  firstRuleOnly,
];
