// The SARIF log has the parts that the 2.1.0 schema of OASIS requires, and no others.
import { describe, expect, it } from 'vitest';
import { checks, findingsAsSarif, htaccessExample, lint } from '../../src/tools/lint/index.ts';
import { readExample } from '../support/lint-example.ts';

/** What a definition of the schema says: its properties by type, those that must be there, and the least of numbers. */
interface Definition {
  readonly required: readonly string[];
  readonly properties: { readonly [name: string]: string | readonly string[] };
}

/**
 * The definitions that portico writes, by the schema (sarif-schema-2.1.0.json, all with additionalProperties false).
 * `string`, `integer>=N`, a list of allowed words, `Name` for another definition, `Name[]` for an array of it.
 */
const SCHEMA: { readonly [name: string]: Definition } = {
  Log: {
    required: ['version', 'runs'],
    properties: { $schema: 'string', version: ['2.1.0'], runs: 'Run[]' },
  },
  Run: {
    required: ['tool'],
    properties: { tool: 'Tool', results: 'Result[]', columnKind: ['utf16CodeUnits', 'unicodeCodePoints'] },
  },
  Tool: { required: ['driver'], properties: { driver: 'Component' } },
  Component: { required: ['name'], properties: { name: 'string', version: 'string', rules: 'Descriptor[]' } },
  Descriptor: {
    required: ['id'],
    properties: {
      id: 'string',
      shortDescription: 'Text',
      fullDescription: 'Text',
      help: 'Text',
      defaultConfiguration: 'Configuration',
    },
  },
  Text: { required: ['text'], properties: { text: 'string' } },
  Configuration: { required: [], properties: { level: ['none', 'note', 'warning', 'error'] } },
  Result: {
    required: ['message'],
    properties: {
      ruleId: 'string',
      ruleIndex: 'integer>=-1',
      level: ['none', 'note', 'warning', 'error'],
      message: 'Text',
      locations: 'Location[]',
    },
  },
  Location: { required: [], properties: { physicalLocation: 'Physical' } },
  Physical: {
    required: ['artifactLocation'],
    properties: { artifactLocation: 'Artifact', region: 'Region' },
  },
  Artifact: { required: [], properties: { uri: 'string' } },
  Region: {
    required: ['startLine'],
    properties: { startLine: 'integer>=1', startColumn: 'integer>=1', endColumn: 'integer>=1' },
  },
};

/** What is wrong with a value, with the path to it. */
function faultsOf(value: unknown, type: string | readonly string[], path: string): string[] {
  if (typeof type !== 'string')
    return type.includes(value as string) ? [] : [`${path} is none of ${type.join()}`];
  if (type === 'string') return typeof value === 'string' ? [] : [`${path} is no string`];
  const least = /^integer>=(-?\d+)$/.exec(type)?.[1];
  if (least !== undefined)
    return Number.isInteger(value) && (value as number) >= Number(least) ? [] : [`${path} is too small`];
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${path} is no array`];
    return value.flatMap((item, at) => faultsOf(item, type.slice(0, -2), `${path}[${at}]`));
  }
  const { required, properties } = SCHEMA[type]!;
  if (typeof value !== 'object' || value === null) return [`${path} is no object`];
  const missing = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => `${path}.${name} is missing`);
  const others = Object.entries(value).flatMap(([name, inner]) => {
    const expected = properties[name];
    return expected === undefined
      ? [`${path}.${name} is unknown`]
      : faultsOf(inner, expected, `${path}.${name}`);
  });
  return [...missing, ...others];
}

describe('the SARIF log', () => {
  const findings = lint(
    readExample(
      htaccessExample('Nonsense\nRewriteEngine On\nRewriteRule ^(.*)$ public/$1 [L]\nRewriteRule ^a$ /b [R]'),
    ),
  );
  const log = JSON.parse(findingsAsSarif(findings, checks, '1.2.3')) as {
    runs: {
      tool: { driver: { rules: { id: string }[] } };
      results: { ruleId: string; ruleIndex: number }[];
    }[];
  };

  it('is what the schema asks for', () => {
    expect(faultsOf(log, 'Log', 'log')).toEqual([]);
  });

  it('would be found wrong', () => {
    expect(faultsOf({ ...log, version: '2.0' }, 'Log', 'log')).toEqual(['log.version is none of 2.1.0']);
    expect(faultsOf({ version: '2.1.0' }, 'Log', 'log')).toEqual(['log.runs is missing']);
  });

  it('counts characters, and not bytes', () => {
    const text = Buffer.from('RewriteEngine On\nRewriteRule ^caf\u00e9$ /b [R]', 'utf8').toString('latin1');
    const found = lint(readExample(htaccessExample(text)));
    const [result] = (
      JSON.parse(findingsAsSarif(found, checks, '1.2.3')) as {
        runs: { results: { locations: { physicalLocation: { region: object } }[] }[] }[];
      }
    ).runs[0]!.results;
    expect(result!.locations[0]!.physicalLocation.region).toEqual({
      startLine: 2,
      startColumn: 23,
      endColumn: 26,
    });
  });

  it('has a result for each finding, which names its rule', () => {
    const [run] = log.runs;
    expect(run!.results.length).toBe(findings.length);
    expect(findings.length).toBeGreaterThan(2);
    for (const { ruleId, ruleIndex } of run!.results)
      expect(run!.tool.driver.rules[ruleIndex]!.id).toBe(ruleId);
  });
});
