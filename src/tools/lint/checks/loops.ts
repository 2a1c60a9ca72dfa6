// Requests that come back to where they were: found by running the rules again and again, as the server and a browser do.

import { compileRegex } from '../../../kit/regex/index.ts';
import type { Condition } from '../../../rules/index.ts';
import { type Check, config, htaccess } from '../check.ts';
import { followInternally, followRedirects, type Journey, type Stop } from '../journey.ts';
import { requestFor } from '../request-for.ts';
import type { RewriteScope, RuleAt } from '../rewrite-scope.ts';
import { type Files, prefixOf, type Sample, sampleOf, spell } from '../sample.ts';
import type { Target } from '../target.ts';
import { keyOf, variableOf } from '../values.ts';
import { asked, eachRule, flagReplaced, partOf, rewritten } from './rule-checks.ts';

/** What is on disk, and what rules lead to by name: whoever writes `index.php` has one. */
function filesWithTargets(scope: RewriteScope, files: Files): Files {
  const targets = new Set(scope.rules.flatMap((at) => targetOf(scope, at) ?? []));
  return (path) => (targets.has(path) ? 'file' : files(path));
}

function targetOf(scope: RewriteScope, { rule }: RuleAt): string | undefined {
  const [first] = rule.substitution?.segments ?? [];
  if (typeof first !== 'string') return undefined;
  const name = first.split('?')[0]!.replace(/\/$/, '');
  if (!/\.[A-Za-z0-9]+$/.test(name)) return undefined;
  if (name.startsWith('/')) return scope.documentRoot.replace(/\/$/, '') + name;
  return `${scope.directory ?? '/'}${name}`;
}

/** Requests to try: one for each rule that can lead back. */
function requestsOf(scope: RewriteScope, where: 'directory' | 'any'): readonly Sample[] {
  return scope.rules.flatMap((at) => {
    const { substitution, flags } = at.rule;
    const leaves = flags.proxy || (where === 'directory' && flags.redirect);
    return substitution === undefined || leaves ? [] : (requestFor(scope, at) ?? []);
  });
}

const internal: Check = {
  id: 'rewrite-loop',
  severity: 'error',
  title: 'A rule rewrites its own result again and again',
  why: 'In a directory every rewritten path is looked at by the rules once more; [L] ends only one round. After ten rounds the answer is 500 (AH00124).',
  mend: 'End with [END], or add a condition that fails for the result: RewriteCond %{REQUEST_FILENAME} !-f',
  bad: [
    htaccess('RewriteEngine On\nRewriteRule ^(.*)$ index.php/$1 [L]'),
    htaccess('RewriteEngine On\nRewriteRule ^(.*)$ public/$1 [L]'),
    htaccess('RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^(.*)$ $1.html [L]'),
    htaccess('RewriteEngine On\nRewriteRule ^(.*)a(.*)$ $1a$2 [N]'),
  ],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^(.*)$ index.php/$1 [END]'),
    htaccess('RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^(.*)$ index.php/$1 [L]'),
    htaccess('RewriteEngine On\nRewriteRule ^(?!public/)(.*)$ public/$1 [L]'),
    htaccess('RewriteEngine On\nRewriteCond %{REQUEST_FILENAME}.html -f\nRewriteRule ^(.*)$ $1.html [L]'),
    htaccess('RewriteEngine On\nRewriteCond %{ENV:REDIRECT_STATUS} ^$\nRewriteRule ^(.*)$ public/$1 [L]'),
    htaccess('RewriteEngine On\nRewriteRule ^(.*)$ index.html [L]'),
  ],
  run(target, report) {
    for (const { at, journey } of loopsOf(target, 'directory', followInternally)) {
      const [first, second] = journey.stops;
      const way = journey.stops.slice(1, 4).map(({ sample }) => spell(sample.path));
      const hint =
        second === undefined || at.rule.flags.next !== undefined
          ? undefined
          : `Write ${rewritten(at, { flags: flagReplaced(at, ['l', 'last'], 'END') })}, or a condition that fails for the result`;
      report(at.line, {
        message: `${asked(first!.sample)} goes round in circles${way.length > 0 ? `: ${way.join(', then ')}` : ''} ... and is answered 500`,
        ...(hint === undefined ? {} : { hint }),
        ...partOf(at, 'substitution'),
      });
    }
  },
};

const external: Check = {
  id: 'redirect-loop',
  severity: 'error',
  title: 'A redirect leads back to itself',
  why: 'The browser asks for the new address, is redirected to the same one again, and gives up: too many redirects. Nobody can see the page.',
  mend: 'Add a condition that fails for the new address: RewriteCond %{HTTP_HOST} !^www\\.example\\.com$ or %{THE_REQUEST} for addresses that are also rewritten internally.',
  bad: [
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP_HOST} ^example\\.com$\nRewriteRule ^$ https://www.example.com/ [R=301,L]\nRewriteRule ^(.*)$ https://www.example.com/$1 [R=301,L]',
    ),
    config(
      'Listen 80\nServerName www.example.com\nRewriteEngine On\nRewriteRule ^(.*)$ http://www.example.com$1 [R=301,L]',
    ),
    htaccess(
      'RewriteEngine On\nRewriteRule ^article/([0-9]+)$ article.php?id=$1 [L]\nRewriteCond %{QUERY_STRING} ^id=([0-9]+)$\nRewriteRule ^article\\.php$ /article/%1? [R=301,L]',
    ),
  ],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^(.*)$ https://elsewhere.example.org/$1 [R=301,L]'),
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP_HOST} !^www\\.example\\.com$ [NC]\nRewriteRule ^(.*)$ https://www.example.com/$1 [R=301,L]',
    ),
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTPS} off\nRewriteRule ^(.*)$ https://www.example.com/$1 [R=301,L]',
    ),
    htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP:X-Forwarded-Proto} !https\nRewriteRule ^(.*)$ https://www.example.com/$1 [R=301,L]',
    ),
  ],
  run(target, report) {
    const follow = (scope: RewriteScope, sample: Sample, files: Files): Journey =>
      followRedirects(scope, sample, files, (host, before, rule) =>
        isOwnHost(target, scope, { host, before, rule }),
      );
    for (const { at, journey } of loopsOf(target, 'any', follow)) {
      const last = journey.stops.at(-1)!;
      const guard = conditionsAbove(target, at);
      report(at.line, {
        message: `${asked(last.sample)} is redirected to ${last.to ?? ''}, and so for ever`,
        ...(guard === undefined
          ? {}
          : {
              hint: `The conditions above line ${guard} belong to the rule of that line only: repeat them for this one.`,
            }),
        ...partOf(at, 'substitution'),
      });
    }
  },
};

/** The host of a redirect, that of the request, and the rule that redirects. */
interface Hop {
  readonly host: string;
  readonly before: string;
  readonly rule: RuleAt | undefined;
}

/** The rule says the request's own host, or the configuration names it as one of its own. */
function isOwnHost(target: Target, scope: RewriteScope, { host, before, rule }: Hop): boolean {
  const isSpelled = rule?.words.second.text.toLowerCase().includes(host) ?? false;
  if (host === before && !isSpelled) return true;
  const names = target.lines.filter(({ name }) => name === 'servername' || name === 'serveralias');
  if (names.some(({ words }) => words.some((word) => word.replace(/:[0-9]+$/, '').toLowerCase() === host)))
    return true;
  return scope.rules.some(({ rule: { conditions } }) =>
    conditions.some((condition) => meansHost(condition, host)),
  );
}

/** Whether a condition about the host means this one, with www. or without. */
function meansHost({ subject, test, noCase }: Condition, host: string): boolean {
  const variable = variableOf(subject);
  if (variable === undefined || keyOf(variable) !== 'header:host') return false;
  const forms = [host, `www.${host}`, host.replace(/^www\./, '')];
  if (test.kind === 'string') return forms.includes(test.operand.toLowerCase());
  if (test.kind !== 'regex' || !/[a-z0-9-]\\?\.[a-z]/i.test(test.regex.source.replace(/^\^?\(?www/i, '')))
    return false;
  const regex = compileRegex(test.regex.source, { nocase: noCase });
  return forms.some((form) => regex.test(form));
}

/** The line of a rule right above that has conditions, where this one has none. */
function conditionsAbove(target: Target, at: RuleAt): number | undefined {
  if (at.conditions.length > 0) return undefined;
  const scope = target.scopes.find(({ block }) => block === at.line.block);
  const before = scope?.rules[at.position - 1];
  return before && before.conditions.length > 0 ? before.line.node.line.placeAt().line : undefined;
}

interface Loop {
  readonly at: RuleAt;
  readonly journey: Journey;
}

function loopsOf(
  target: Target,
  where: 'directory' | 'any',
  follow: (scope: RewriteScope, sample: Sample, files: Files) => Journey,
): readonly Loop[] {
  const loops = new Map<RuleAt, Journey>();
  for (const scope of target.scopes) {
    const isHere = scope.context === 'directory' || (where === 'any' && scope.context === 'server');
    if (!isHere || scope.engine === false) continue;
    const files = filesWithTargets(scope, target.files);
    for (const sample of [...requestsOf(scope, where), beyond(scope)]) {
      const journey = follow(scope, sample, files);
      const last = journey.stops.findLast((stop): stop is Stop & { rule: RuleAt } => stop.rule !== undefined);
      if (journey.end === 'loop' && last !== undefined && !loops.has(last.rule))
        loops.set(last.rule, journey);
    }
  }
  return [...loops].map(([at, journey]) => ({ at, journey }));
}

/** A page that nothing is known of. */
function beyond(scope: RewriteScope): Sample {
  return sampleOf(`${prefixOf(scope)}some/page`);
}

const lastIsNotTheEnd: Check = {
  id: 'last-does-not-end',
  severity: 'note',
  title: '[L] does not keep other rules from rewriting the result',
  why: 'In a directory the rewritten path is looked at by all rules once more, also by those above. [L] ends the round, not the rewriting.',
  mend: 'Write [END] where the result is final.',
  bad: [htaccess('RewriteEngine On\nRewriteRule ^b$ c.html [L]\nRewriteRule ^a$ b [L]')],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^b$ c.html [L]\nRewriteRule ^a$ b [END]'),
    htaccess(
      'RewriteEngine On\nRewriteRule ^a$ c.html [L]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ index.php [L]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at, scope) => {
      if (scope.context !== 'directory' || !at.rule.flags.last || at.rule.substitution === undefined) return;
      const request = requestFor(scope, at);
      if (!request) return;
      const { stops, end } = followInternally(scope, request, filesWithTargets(scope, target.files));
      const [first, second] = stops;
      if (end !== 'answered' || first?.rule !== at || second?.rule === undefined || second.to === undefined)
        return;
      if (second.rule === at) return;
      report(at.line, {
        message: `the result ${spell(second.sample.path)} is rewritten again by line ${second.rule.line.node.line.placeAt().line}: ${spell(second.to)}`,
        hint: `Write ${rewritten(at, { flags: flagReplaced(at, ['l', 'last'], 'END') })}`,
        ...partOf(at, 'flags'),
      });
    });
  },
};

export const loops: readonly Check[] = [internal, external, lastIsNotTheEnd];
