import { describe, expect, it } from 'vitest';
import { sampleModule } from '../../test/support/sample-module.ts';
import type { Override } from './context.ts';
import { type HtaccessAllowance, type HtaccessResult, htaccessLogLine, readHtaccess } from './htaccess.ts';
import { createMemoryIo } from './memory-io.ts';
import { readSite } from './site.ts';

const { site } = readSite({
  sources: [{ name: 'main', text: 'Define Staging\nDefine name value' }],
  modules: [sampleModule()],
  io: createMemoryIo({ '/srv/x': '' }),
  serverRoot: '/srv',
});

function read(text: string, allow: Partial<HtaccessAllowance> & { only?: Override[] } = {}): HtaccessResult {
  const { only = ['FileInfo', 'AuthConfig'], ...more } = allow;
  return readHtaccess({
    text,
    path: '/www/a/.htaccess',
    directory: '/www/a',
    site: site!,
    server: site!.main,
    allow: { classes: new Set(only), ...more },
  });
}

function logged(text: string, allow?: Parameters<typeof read>[1]): string[] {
  const { dir, diagnostics } = read(text, allow);
  expect(dir === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  return diagnostics.map((found) => (found.severity === 'error' ? '' : 'warning: ') + htaccessLogLine(found));
}

describe('readHtaccess', () => {
  it('answers what the file sets', () => {
    const { dir } = read(
      `Note \${name}\n<IfDefine Staging>\nNote 2\n</IfDefine>\n<Files b>\nNote 3\n</Files>`,
    );
    expect(dir?.values[0]).toEqual(['Note value', 'Note 2']);
    expect(dir?.files[0]?.dir.values[0]).toEqual(['Note 3']);
  });

  it.each([
    ['Options Indexes', 'Options not allowed here'],
    ['<Files x>\nOptions Indexes\n</Files>', 'Options not allowed in <Files> context'],
    ['<Files x>\nServerNote a\n</Files>', 'ServerNote not allowed in <Files> context'],
    ['<Directory /x>\n</Directory>', '<Directory not allowed here'],
    ['<VirtualHost *>\n</VirtualHost>', '<VirtualHost not allowed here'],
    ['ServerNote x', 'ServerNote not allowed here'],
    ['SectionOnly x', 'SectionOnly not allowed here'],
    ['Define a b', 'Define not allowed here'],
    ['Include a', 'Include not allowed here'],
    ['LoadModule a b', 'LoadModule not allowed here'],
    [
      'Foo',
      "Invalid command 'Foo', perhaps misspelled or defined by a module not included in the server configuration",
    ],
    ['</Files>', '</Files> without matching <Files> section'],
    ['<Files x>', '/www/a/.htaccess:1: <Files> was not closed.'],
    ['<IfModule nope>', 'Expected </IfModule> before end of configuration'],
    ['Error foo', 'foo'],
    ['<If true>\nServerNote x\n</If>', 'ServerNote not allowed in <If> context'],
  ])('%j is logged as Apache does', (text, message) => {
    expect(logged(text)).toEqual([`/www/a/.htaccess: ${message}`]);
  });

  it('takes sections of modules where one of their classes is allowed', () => {
    expect(logged('<Limit GET>\nRequire x\n</Limit>')).toEqual([]);
    expect(logged('<Limit GET>\n</Limit>', { only: ['Limit'] })).toEqual([]);
    expect(logged('<Limit GET>\n</Limit>', { only: ['FileInfo'] })).toEqual([
      '/www/a/.htaccess: <Limit not allowed here',
    ]);
  });

  it('hands the allowed options to the Options directive', () => {
    const allow = { only: ['Options'] as Override[], options: ['indexes', 'multiviews'] };
    expect(logged('Options Indexes', allow)).toEqual([]);
    expect(logged('Options Indexes ExecCGI', allow)).toEqual([
      '/www/a/.htaccess: Option ExecCGI not allowed here',
    ]);
  });

  it('allows directives by name', () => {
    const allow = { only: [], list: new Set(['options', 'servernote']) };
    expect(
      logged('Options Indexes\n<IfModule mod_sample.c>\n</IfModule>\n<Files x>\n</Files>', allow),
    ).toEqual([]);
    expect(logged('ServerNote a', allow)).toEqual(['/www/a/.htaccess: ServerNote not allowed here']);
  });

  it('passes over what AllowOverride Nonfatal names', () => {
    const nonfatal = { override: true, unknown: true };
    expect(logged('Options Indexes\nFoo', { nonfatal })).toEqual([
      'warning: /www/a/.htaccess: AH02295: Options in .htaccess forbidden by AllowOverride',
      'warning: /www/a/.htaccess: AH02296: Unknown directive Foo perhaps misspelled or defined by a module not included in the server configuration',
    ]);
    expect(logged('One a b', { nonfatal })).toEqual([
      '/www/a/.htaccess: One takes one argument, a help text',
    ]);
  });

  it('does not let expressions read files', () => {
    const [line] = logged(`<If "file('/etc/passwd') == 'x'">\n</If>`);
    expect(line).toMatch(/^\/www\/a\/\.htaccess: Cannot parse condition clause: /);
  });
});
