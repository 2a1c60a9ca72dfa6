// Lines that an earlier one leaves nothing to. Shown to be so over all subjects, not for some examples.

import { findText } from '../../../kit/regex/language.ts';
import { matchPrefix } from '../../../modules/proxy/prefix-match.ts';
import { type Block, homeOf, type Line, linesNamed } from '../blocks.ts';
import { type Check, config, htaccess } from '../check.ts';
import { keepPatience } from '../patience.ts';
import { subjectDemands } from '../request-for.ts';
import type { RewriteScope, RuleAt } from '../rewrite-scope.ts';
import { languageFor } from '../values.ts';
import { partOf, stops } from './rule-checks.ts';

const neverReached: Check = {
  id: 'rule-never-reached',
  severity: 'warning',
  title: 'An earlier rule takes everything that this one waits for',
  why: 'Rules are tried from top to bottom, and a rule that matches and stops leaves nothing to those behind it.',
  mend: 'Put the rule above the more general one.',
  bad: [
    htaccess('RewriteEngine On\nRewriteRule ^(.*)$ index.php [END]\nRewriteRule ^feed$ feed.xml [END]'),
    htaccess(
      'RewriteEngine On\nRewriteRule ^blog /news [R=301,L]\nRewriteRule ^blog/feed$ /feed.xml [R=301,L]',
    ),
  ],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^feed$ feed.xml [END]\nRewriteRule ^(.*)$ index.php [END]'),
    htaccess(
      'RewriteEngine On\nRewriteRule ^blog$ /news [R=301,L]\nRewriteRule ^blog/feed$ /feed.xml [R=301,L]',
    ),
    htaccess(
      'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ index.php [END]\nRewriteRule ^feed$ feed.xml [END]',
    ),
  ],
  run(target, report) {
    for (const scope of target.scopes) {
      if (scope.engine === false || scope.rules.some(({ rule: { flags } }) => flags.skip > 0 || flags.chain))
        continue;
      for (const { hidden, by } of hiddenRules(scope))
        report(hidden.line, {
          message: `nothing is left to this rule: line ${by.line.node.line.placeAt().line} takes all that ${hidden.rule.pattern.text || 'it'} matches`,
          ...partOf(hidden, 'pattern'),
        });
    }
  },
};

/** A rule that, where its pattern matches, ends the pass whatever the request is. */
function takesAll(at: RuleAt): boolean {
  const { conditions, flags, skipsSubrequests, substitution } = at.rule;
  if (conditions.length > 0 || !stops(at)) return false;
  // [R] and [NS] rules leave subrequests to the others, which matters to nobody but rules without a redirect.
  return flags.redirect || !skipsSubrequests || substitution === undefined;
}

function* hiddenRules(scope: RewriteScope): Iterable<{ readonly hidden: RuleAt; readonly by: RuleAt }> {
  const takers: RuleAt[] = [];
  for (const at of scope.rules) {
    const by = takerOf(scope, at, takers);
    if (by !== undefined) yield { hidden: at, by };
    else if (takesAll(at)) takers.push(at);
  }
}

/** The first rule that takes everything that this one matches; one subject tells most of them apart. */
function takerOf(scope: RewriteScope, at: RuleAt, takers: readonly RuleAt[]): RuleAt | undefined {
  keepPatience();
  const demands = subjectDemands(scope, at);
  const one = demands && findText(demands);
  if (demands === undefined || typeof one !== 'string') return undefined;
  return takers.find(({ rule: { pattern, flags } }) => {
    if (pattern.regex.test(one) === pattern.negated) return false;
    const language = languageFor(pattern.regex.source, flags.noCase);
    return language !== undefined && findText([...demands, { language, inside: pattern.negated }]) === null;
  });
}

const prefixOrder: Check = {
  id: 'prefix-order',
  severity: 'error',
  title: 'A shorter path stands before a longer one',
  why: 'ProxyPass, Alias and Redirect lines are tried from top to bottom, and a path stands for everything beneath it: the longer one is never reached.',
  mend: 'Put the longer path first.',
  bad: [
    config('ProxyPass /app/ http://127.0.0.1:8000/\nProxyPass /app/api/ http://127.0.0.1:8001/'),
    config('ProxyPass / http://127.0.0.1:8000/\nProxyPass /static/ !'),
    config('Alias /img /srv/img\nAlias /img/big /srv/big'),
    htaccess('Redirect 301 /old /new\nRedirect 301 /old/page /other'),
  ],
  good: [
    config('ProxyPass /app/api/ http://127.0.0.1:8001/\nProxyPass /app/ http://127.0.0.1:8000/'),
    config('ProxyPass /app http://127.0.0.1:8000\nProxyPass /apple http://127.0.0.1:8001'),
  ],
  run(target, report) {
    for (const block of target.blocks)
      for (const names of FAMILIES) {
        const lines = prefixLines(block, names);
        for (const [at, { line, path }] of lines.entries()) {
          const first = lines.slice(0, at).find((earlier) => isPrefix(earlier.path, path));
          if (first === undefined) continue;
          report(line, {
            message: `${line.node.name} ${path} is never reached: line ${first.line.node.line.placeAt().line} takes everything beneath ${first.path}`,
          });
        }
      }
  },
};

const FAMILIES: readonly (readonly string[])[] = [
  ['proxypass'],
  ['alias', 'scriptalias'],
  ['redirect', 'redirectpermanent', 'redirecttemp'],
];

function isPrefix(shorter: string, longer: string): boolean {
  return matchPrefix(longer, shorter) > 0 && matchPrefix(`${longer.replace(/\/$/, '')}/x`, shorter) > 0;
}

function prefixLines(block: Block, names: readonly string[]): readonly { line: Line; path: string }[] {
  if (block.kind === 'location' || homeOf(block) !== block) return [];
  return linesNamed(block, ...names).flatMap((line) => {
    const path = line.words.find((word) => word.startsWith('/'));
    const isPattern =
      line.words[0] === '~' || line.words.some((word) => /^(?:mapping|interpolate)/i.test(word));
    return path === undefined || isPattern ? [] : [{ line, path }];
  });
}

export const shadow: readonly Check[] = [neverReached, prefixOrder];
