// Flags that do nothing where they stand, or less than it looks.

import { type Check, config, htaccess } from '../check.ts';
import type { RewriteScope, RuleAt } from '../rewrite-scope.ts';
import { eachRule, partOf } from './rule-checks.ts';

const withoutEffect: Check = {
  id: 'flag-without-effect',
  severity: 'note',
  title: 'A flag does nothing here',
  why: 'Whoever reads the rule takes it for something that it is not.',
  mend: 'Take the flag out.',
  bad: [
    htaccess('RewriteEngine On\nRewriteRule ^a$ /b [PT]'),
    htaccess('RewriteEngine On\nRewriteRule ^a$ /b [QSA,L]'),
    htaccess('RewriteEngine On\nRewriteRule ^secret - [F,R=301]'),
  ],
  good: [
    config('RewriteEngine On\nRewriteRule ^/a$ /b [PT]'),
    htaccess('RewriteEngine On\nRewriteRule ^a$ /b?x=1 [QSA,L]'),
    htaccess('RewriteEngine On\nRewriteRule ^secret - [F]'),
  ],
  run(target, report) {
    eachRule(target, (at, scope) => {
      for (const { flag, why } of uselessFlags(at, scope))
        report(at.line, { message: `[${flag}] has no effect: ${why}`, ...partOf(at, 'flags') });
    });
  },
};

function* uselessFlags(
  { rule, words }: RuleAt,
  scope: RewriteScope,
): Iterable<{ readonly flag: string; readonly why: string }> {
  const { flags, substitution, query } = rule;
  const hasMark =
    words.second.text.includes('?') || substitution?.segments.some((part) => typeof part !== 'string');
  if (flags.passThrough && scope.context === 'directory')
    yield { flag: 'PT', why: 'in a directory the result is a URL again in any case' };
  if (query.append && substitution !== undefined && !hasMark)
    yield { flag: 'QSA', why: 'a substitution without ? keeps the query' };
  if (
    flags.forcedStatus !== undefined &&
    flags.redirect &&
    /(?:^|,)\s*(?:F|G|forbidden|gone)\s*(?:,|$)/i.test(words.third?.text.slice(1, -1) ?? '')
  )
    yield { flag: 'R', why: 'the answer is not a redirect' };
  if (flags.queryAppend && flags.queryDiscard) yield { flag: 'QSA', why: 'QSD drops the query' };
}

const typeLost: Check = {
  id: 'forced-type-lost',
  severity: 'warning',
  title: 'A forced type or handler is lost with the rewriting',
  why: 'In a directory the rewritten path is a new request, and [T] and [H] belonged to the old one.',
  mend: 'Force it in a rule of its own for the target: RewriteRule ^target\\.txt$ - [T=text/html]',
  bad: [htaccess('RewriteEngine On\nRewriteRule ^feed$ feed.txt [T=application/rss+xml]')],
  good: [
    htaccess(
      'RewriteEngine On\nRewriteRule ^feed$ feed.txt [L]\nRewriteRule ^feed\\.txt$ - [T=application/rss+xml]',
    ),
  ],
  run(target, report) {
    eachRule(target, (at, scope) => {
      const { flags, substitution } = at.rule;
      if (scope.context !== 'directory' || substitution === undefined || flags.proxy || flags.redirect)
        return;
      if (flags.type === undefined && flags.handler === undefined) return;
      const flag = flags.type === undefined ? 'H' : 'T';
      report(at.line, {
        message: `[${flag}] is lost: the result is a request of its own`,
        ...partOf(at, 'flags'),
      });
    });
  },
};

const beyondEnd: Check = {
  id: 'skip-beyond-end',
  severity: 'warning',
  title: 'A rule skips or chains more rules than there are',
  why: '[S=n] counts the rules behind it, and [C] joins with the next one: a rule was taken out, and the number was not.',
  mend: 'Correct the number, or take the flag out.',
  bad: [
    htaccess('RewriteEngine On\nRewriteRule ^a - [S=2]\nRewriteRule ^b$ c.html [L]'),
    htaccess('RewriteEngine On\nRewriteRule ^a$ b [C]'),
  ],
  good: [htaccess('RewriteEngine On\nRewriteRule ^a - [S=1]\nRewriteRule ^b$ c.html [L]')],
  run(target, report) {
    eachRule(target, (at, scope) => {
      const left = scope.rules.length - at.position - 1;
      const { skip, chain } = at.rule.flags;
      if (skip > left)
        report(at.line, {
          message: `[S=${skip}] skips ${skip} rules, and ${left} follow`,
          ...partOf(at, 'flags'),
        });
      if (chain && left === 0)
        report(at.line, { message: '[C] has no rule behind it', ...partOf(at, 'flags') });
    });
  },
};

export const flags: readonly Check[] = [withoutEffect, typeLost, beyondEnd];
