// Merging as observed on Apache httpd 2.4.71.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { internalMap } from './maps.ts';
import { isProblem } from './problem.ts';
import { emptyRuleSet, mergeRuleSets, type RuleSet, RuleSetBuilder } from './rule-set.ts';

interface Scope {
  readonly directory?: string;
  readonly engine?: boolean;
  readonly options?: readonly string[];
  readonly base?: string;
  readonly rules?: readonly string[];
  readonly maps?: readonly string[];
}

function scope({ directory, engine, options, base, rules = [], maps = [] }: Scope): RuleSet {
  const builder = new RuleSetBuilder(directory);
  if (engine !== undefined) builder.setEngine(engine);
  if (options) builder.addOptions(options);
  if (base !== undefined) builder.setBase(base);
  for (const pattern of rules) builder.addRule(`${pattern} -`);
  for (const name of maps) {
    const map = internalMap('tolower');
    if (!isProblem(map)) builder.addMap(name, map);
  }
  return builder.build();
}

function patterns(set: RuleSet): string[] {
  return set.rules.map((rule) => rule.pattern.text);
}

describe('merging the rules of a child scope with its parent', () => {
  const main = scope({ engine: true, rules: ['m'], maps: ['a'] });

  it('replaces the rules and the maps, and inherits the engine state', () => {
    const merged = mergeRuleSets(main, scope({ rules: ['v'] }));
    expect(patterns(merged)).toEqual(['v']);
    expect(merged.maps.size).toBe(0);
    expect(merged.engine).toBe(true);
  });

  it('drops the rules of the parent even when the child has none', () => {
    expect(patterns(mergeRuleSets(main, scope({ directory: '/d/', base: '/x' })))).toEqual([]);
  });

  it.each([
    [['Inherit'], undefined, ['v', 'm']],
    [['InheritBefore'], undefined, ['m', 'v']],
    [undefined, ['InheritDown'], ['v', 'm']],
    [undefined, ['InheritDownBefore'], ['m', 'v']],
    [['IgnoreInherit'], ['InheritDown'], ['v']],
    [['IgnoreInherit'], ['InheritDownBefore'], ['v']],
    // A child without options of its own takes over the parent's, Inherit included.
    [undefined, ['Inherit'], ['v', 'm']],
    // One with options loses the parent's: they are not added up.
    [['AllowNoSlash'], ['Inherit'], ['v']],
  ])('child %j, parent %j: %j', (own, parents, expected) => {
    const parent = scope({ rules: ['m'], ...(parents ? { options: parents } : {}) });
    const child = scope({ rules: ['v'], ...(own ? { options: own } : {}) });
    expect(patterns(mergeRuleSets(parent, child))).toEqual(expected);
  });

  it('passes an inherited Inherit on to grandchildren', () => {
    const parent = scope({ rules: ['a'], options: ['Inherit'] });
    const merged = [scope({ rules: ['b'] }), scope({ rules: ['c'] })].reduce(mergeRuleSets, parent);
    expect(patterns(merged)).toEqual(['c', 'b', 'a']);
  });

  it('takes the directory of the child, whoever wrote the rule', () => {
    const parent = scope({ directory: '/a/', rules: ['x'] });
    const child = scope({ directory: '/a/b/', options: ['Inherit'] });
    expect(mergeRuleSets(parent, child).directory).toBe('/a/b/');
  });

  it('inherits RewriteBase only with MergeBase', () => {
    const parent = scope({ directory: '/a/', base: '/x' });
    expect(mergeRuleSets(parent, scope({ directory: '/a/b/' })).base).toBeUndefined();
    const merging = scope({ directory: '/a/b/', options: ['MergeBase'] });
    expect(mergeRuleSets(parent, merging).base).toBe('/x');
    expect(
      mergeRuleSets(parent, scope({ directory: '/a/b/', options: ['MergeBase'], base: '/y' })).base,
    ).toBe('/y');
  });

  it('lets the own map win under Inherit, the parent map under InheritBefore', () => {
    const parent = scope({ maps: ['t'] });
    const inherit = scope({ options: ['Inherit'], maps: ['t'] });
    const before = scope({ options: ['InheritBefore'], maps: ['t'] });
    expect(mergeRuleSets(parent, inherit).maps.get('t')).toBe(inherit.maps.get('t'));
    expect(mergeRuleSets(parent, before).maps.get('t')).toBe(parent.maps.get('t'));
  });

  it('leaves a child as it is over an empty parent', () => {
    const anyScope = fc.record({
      engine: fc.boolean(),
      rules: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
      options: fc.array(fc.constantFrom('Inherit', 'InheritBefore', 'InheritDown', 'AllowAnyURI'), {
        maxLength: 2,
      }),
    });
    fc.assert(
      fc.property(anyScope, (given) => {
        const child = scope(given);
        expect(mergeRuleSets(emptyRuleSet, child)).toEqual(child);
      }),
    );
  });

  it('is associative where every scope says Inherit', () => {
    const inheriting = fc
      .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 })
      .map((rules) => scope({ rules, options: ['Inherit'] }));
    fc.assert(
      fc.property(inheriting, inheriting, inheriting, (a, b, c) => {
        const left = mergeRuleSets(mergeRuleSets(a, b), c);
        const right = mergeRuleSets(a, mergeRuleSets(b, c));
        expect(patterns(left)).toEqual(patterns(right));
      }),
    );
  });
});

describe('collecting the directives of a scope', () => {
  it('gives a rule all conditions since the rule before', () => {
    const builder = new RuleSetBuilder();
    builder.addCondition('a b', 'first');
    builder.addCondition('c d');
    builder.addRule('x -', 'rule');
    builder.addRule('y -');
    const [first, second] = builder.build().rules;
    expect(first?.conditions.map((condition) => condition.subject.text)).toEqual(['a', 'c']);
    expect(first?.place).toBe('rule');
    expect(first?.conditions[0]?.place).toBe('first');
    expect(second?.conditions).toEqual([]);
  });

  it('adds the options of several lines up', () => {
    const builder = new RuleSetBuilder();
    builder.addOptions(['inherit']);
    builder.addOptions(['ALLOWANYURI']);
    expect([...(builder.build().options ?? [])]).toEqual(['Inherit', 'AllowAnyURI']);
  });

  it.each([
    [undefined, '/x', 'RewriteBase: only valid in per-directory config files'],
    ['/d/', 'x', 'RewriteBase: argument is not a valid URL'],
    ['/d/', '', 'RewriteBase: empty URL not allowed'],
  ])('refuses RewriteBase in %s with %j', (directory, path, error) => {
    expect(new RuleSetBuilder(directory).setBase(path)).toMatchObject({ error });
  });

  it('refuses an unknown option and warns of MaxRedirects', () => {
    expect(new RuleSetBuilder().addOptions(['foo'])).toMatchObject({
      error: "RewriteOptions: unknown option 'foo'",
    });
    expect(new RuleSetBuilder().addOptions(['MaxRedirects=3'])).toMatchObject([{ code: 'AH00664' }]);
  });
});
