import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadableModule, sampleModule } from '../../test/support/sample-module.ts';
import { confCodes } from './codes.ts';
import { createMemoryIo } from './memory-io.ts';
import type { DirConfig } from './section.ts';
import { readSite, type SiteOptions, type SiteResult } from './site.ts';

function load(text: string, more: Partial<SiteOptions> = {}): SiteResult {
  return readSite({
    sources: [{ name: '/srv/main', text }],
    modules: [sampleModule()],
    io: createMemoryIo({ '/srv/x': '' }),
    serverRoot: '/srv',
    ...more,
  });
}

/** Messages with their lines, warnings marked. */
function complaints(text: string, more?: Partial<SiteOptions>): string[] {
  return load(text, more).diagnostics.map(({ severity, place, message }) => {
    return `${place?.line}: ${severity === 'error' ? '' : `${severity}: `}${message}`;
  });
}

function siteOf(text: string, more?: Partial<SiteOptions>): NonNullable<SiteResult['site']> {
  const { site, diagnostics } = load(text, more);
  expect(diagnostics).toEqual([]);
  return site!;
}

const notes = (dir: DirConfig): unknown => dir.values[0];

describe('readSite', () => {
  it('reads as much as variables may add to the text, and no more', () => {
    const text = 'Define A 0123456789\nDefine B ${A}${A}\nDefine C ${B}${B}\n';
    expect(complaints(text, { mostExpanded: 100 })).toEqual([]);
    expect(complaints(text, { mostExpanded: 40 })).toEqual(['3: Line too long']);
  });

  it('reports everything that is wrong, not only the first', () => {
    const text =
      'Foo\n<Directory /tmp>\nServerNote x\nOne a b\n<Files>\nBar\n</Files>\n</Directory>\nFlag maybe\nInclude nope';
    expect(complaints(text)).toEqual([
      "1: Invalid command 'Foo', perhaps misspelled or defined by a module not included in the server configuration",
      '3: ServerNote not allowed in <Directory> context',
      '4: One takes one argument, a help text',
      '5: <Files> directive requires additional arguments',
      "6: Invalid command 'Bar', perhaps misspelled or defined by a module not included in the server configuration",
      '9: Flag must be On or Off',
      '10: Could not open configuration file /srv/nope: No such file or directory',
    ]);
    expect(load(text).site).toBeUndefined();
  });

  it('never throws, whatever it reads', () => {
    const word = fc.constantFrom(
      'Note',
      'One',
      'Raw',
      'Define',
      'Include',
      'Use',
      'x',
      '"',
      "'",
      '\\',
      '\0',
      '\xff',
      '$',
      '{',
      '}',
    );
    const line = fc.oneof(
      fc.array(word, { maxLength: 4 }).map((words) => words.join(' ')),
      fc.constantFrom(
        '<If true>',
        '</If>',
        '<Files ~ (>',
        '</Files>',
        '<Macro m $a>',
        '</Macro>',
        'Use m x',
        '<VirtualHost *:1>',
      ),
      fc.constantFrom(
        '</VirtualHost>',
        '<IfVersion > 2>',
        '</IfVersion>',
        '<Limit a>',
        '</Limit>',
        '<',
        '>',
        '</',
        'Include *',
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 15 }), (lines) => {
        const { site, diagnostics } = load(lines.join('\n'));
        expect(site === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
      }),
      { numRuns: 400 },
    );
  });

  it('reports a main file that cannot be opened', () => {
    expect(load('', { sources: [{ file: 'nope' }] }).diagnostics).toMatchObject([
      { message: 'Could not open configuration file /srv/nope: No such file or directory' },
    ]);
  });

  it('reads directives of the command line before and after', () => {
    const site = siteOf('Note main', { before: ['Note before'], after: ['Note after'] });
    expect(notes(site.main.defaults)).toEqual(['Note before', 'Note main', 'Note after']);
  });

  it('uses only codes that are listed', () => {
    const text =
      'Foo\n<If>\n</If>\n</X>\n<Directory a>\nServerNote\n</Directory>\nOne\nOne "x\n<If true\n</If>';
    const { diagnostics } = load(text);
    expect(diagnostics.length).toBeGreaterThan(6);
    for (const { code } of diagnostics) expect(confCodes).toHaveProperty([code]);
  });

  it('is frozen', () => {
    const site = siteOf(
      '<Directory /a>\n<Files b>\nNote c\n</Files>\n</Directory>\n<VirtualHost *>\n</VirtualHost>',
    );
    const [section] = site.main.directories;
    for (const value of [
      site,
      site.main,
      site.vhosts,
      site.main.config,
      site.main.directories,
      section?.dir.files,
    ])
      expect(Object.isFrozen(value)).toBe(true);
    expect(Object.isFrozen(section?.dir.files[0]?.dir.values)).toBe(true);
  });

  it('asks each module to look at the whole, and takes an error for one', () => {
    const check: NonNullable<ReturnType<typeof sampleModule>['check']> = ({ vhosts }, report) => {
      if (vhosts.length > 0) report({ code: 'sample/x', severity: 'error', message: 'no hosts, please' });
    };
    const modules = [{ ...sampleModule(), check }];
    expect(load('', { modules }).site).toBeDefined();
    expect(load('<VirtualHost *>\n</VirtualHost>', { modules })).toEqual({
      tree: expect.any(Array),
      diagnostics: [{ code: 'sample/x', severity: 'error', message: 'no hosts, please' }],
    });
  });

  it('lists the modules that are on in the given order', () => {
    const modules = [loadableModule('b', 'B', 1), sampleModule(), loadableModule('a', 'A', 2)];
    const site = siteOf('LoadModule a_module x\nLoadModule b_module y', { modules });
    expect(site.modules.map((module) => module.name)).toEqual(['b', 'sample', 'a']);
    expect(siteOf('LoadModule a_module x', { modules }).modules.map((module) => module.name)).toEqual([
      'sample',
      'a',
    ]);
    expect(siteOf('', { modules }).hasModule('mod_b.c')).toBe(true);
  });

  it('knows a directive before the LoadModule line of its module', () => {
    const site = siteOf('A x\nLoadModule a_module y', { modules: [loadableModule('a', 'A', 0)] });
    expect(notes(site.main.defaults)).toEqual(['A x']);
  });
});

describe('a directive', () => {
  it('is found in any case and has the arguments that its shape says', () => {
    const site = siteOf('none\nFLAG oN\nOneOrTwo "a b"\nEach x y\nRaw  "a b"  c ');
    expect(notes(site.main.defaults)).toEqual([
      'none',
      'FLAG on',
      'OneOrTwo a b -',
      'Each x',
      'Each y',
      'Raw "a b"  c',
    ]);
  });

  it('may warn without stopping the load', () => {
    const { site, diagnostics } = load('Warns');
    expect(site).toBeDefined();
    expect(diagnostics).toMatchObject([{ code: 'sample/careful', severity: 'warning', message: 'careful' }]);
  });

  it('points at the byte it names, through quotes and continuations', () => {
    const { diagnostics } = load('\n  Fails a\\\n\tb');
    expect(diagnostics[0]).toMatchObject({
      code: 'conf/bad-argument',
      message: 'Fails always',
      hint: 'leave it out',
      place: { line: 3, column: 2 },
    });
  });

  it('with a comment behind it is refused with a hint', () => {
    const { diagnostics } = load('One a # comment');
    expect(diagnostics).toMatchObject([
      { code: 'conf/wrong-arity', hint: expect.stringContaining('line of its own') },
    ]);
  });

  it('is warned about when a quote is not closed or words are passed over', () => {
    expect(complaints('One "a b\nFlag On what')).toEqual([
      '1: warning: One: the quote is not closed',
      '2: warning: Flag: what follows has no effect',
    ]);
  });

  it('that only tunes processes is accepted with a note', () => {
    expect(complaints('StartServers 2\nUser www-data')).toEqual([
      '1: info: StartServers has no effect: portico has no such processes',
      '2: info: User has no effect: portico has no such processes',
    ]);
  });
});

describe('an unknown directive', () => {
  const hintOf = (text: string, more?: Partial<SiteOptions>): string | undefined =>
    load(text, more).diagnostics.find(({ severity }) => severity === 'error')?.hint;

  it('is explained by what was probably meant', () => {
    expect(hintOf('ServrNote x')).toBe('did you mean ServerNote?');
    expect(hintOf('<Directroy /a>\n</Directroy>')).toBe('did you mean <Directory>?');
    expect(hintOf('Inclde x')).toBe('did you mean Include?');
    expect(hintOf('RewriteLogLevel 3')).toBe(
      'RewriteLogLevel went with httpd 2.4; rewriting is logged to the error log: write LogLevel rewrite:trace3 (trace1 to trace8)',
    );
    expect(hintOf('Xyzzy x')).toBeUndefined();
  });

  it('is explained by the module that is not loaded', () => {
    const modules = [loadableModule('a', 'A', 0), loadableModule('b', 'Bee', 1)];
    expect(hintOf('LoadModule a_module x\nBee', { modules })).toBe(
      'Bee belongs to mod_b, which is not loaded: add LoadModule b_module modules/mod_b.so',
    );
  });

  it("is explained by Apache's module that portico lacks", () => {
    expect(hintOf('SessionMaxAge 5')).toBe(
      "SessionMaxAge belongs to Apache's mod_session, and portico does not have it. Take the line out, or put it inside <IfModule mod_session.c>, which is skipped here.",
    );
  });

  it('is explained by the directive alone where portico has the module', () => {
    const modules = [loadableModule('session', 'Session', 0)];
    expect(hintOf('SessionMaxAge 5', { modules })).toBe(
      "SessionMaxAge belongs to Apache's mod_session, and portico does not have it. Take the line out, or put it inside <IfDirective SessionMaxAge>, which is skipped here.",
    );
  });

  it('is explained by the section it should be', () => {
    expect(hintOf('IfModule x')).toBe('IfModule is a section: write <IfModule …> and </IfModule>.');
  });

  it('is explained by a byte order mark, which is shown as Apache shows it', () => {
    expect(load('\xef\xbb\xbfNote x').diagnostics).toMatchObject([
      {
        message:
          "Invalid command '\\xef\\xbb\\xbfNote', perhaps misspelled or defined by a module not included in the server configuration",
        hint: 'Save the file without a byte order mark.',
      },
    ]);
  });
});

describe('places', () => {
  it.each([
    ['Require x', '1: Require not allowed here'],
    ['<VirtualHost *>\nRequire x\n</VirtualHost>', '2: Require not allowed in <VirtualHost> context'],
    ['SectionOnly x', '1: SectionOnly not allowed here'],
    ['<If true>\nServerNote a\n</If>', '2: ServerNote not allowed in <If> context'],
    [
      '<Directory /a>\n<Limit GET>\nServerNote a\n</Limit>\n</Directory>',
      '3: ServerNote not allowed in <Limit> context',
    ],
    ['<Limit GET>\n</Limit>', '1: <Limit not allowed here'],
    ['<VirtualHost *>\nMainOnly a\n</VirtualHost>', '2: MainOnly cannot occur within <VirtualHost> section'],
    ['VhostOnly a', '1: VhostOnly only used in <VirtualHost>'],
    [
      '<Directory /a>\n<Location /b>\n</Location>\n</Directory>',
      '2: <Location not allowed in <Directory> context',
    ],
    ['<Files /a>\n<Directory /b>\n</Directory>\n</Files>', '2: <Directory not allowed in <Files> context'],
    ['<Location /a>\n<Files b>\n</Files>\n</Location>', '2: <Files> cannot occur within <Location> section'],
    [
      '<Location /a>\n<If true>\n<Files b>\n</Files>\n</If>\n</Location>',
      '3: <Files> cannot occur within <Location> section',
    ],
    [
      '<VirtualHost *>\n<VirtualHost *>\n</VirtualHost>\n</VirtualHost>',
      '2: <VirtualHost> cannot occur within <VirtualHost> section',
    ],
    [
      '<Directory /a>\n<VirtualHost *>\n</VirtualHost>\n</Directory>',
      '2: <VirtualHost not allowed in <Directory> context',
    ],
    [
      '<Directory /a>\n<Limit GET>\n<Files b>\n</Files>\n</Limit>\n</Directory>',
      '3: <Files> cannot occur within <Limit> or <LimitExcept> section',
    ],
    [
      '<Directory /a>\n<Limit GET>\n<If true>\n</If>\n</Limit>\n</Directory>',
      '3: <If> cannot occur within <Limit> or <LimitExcept> section',
    ],
  ])('%j is refused', (text, message) => {
    expect(complaints(text)).toEqual([message]);
  });

  it.each([
    '<Files a>\n<Files b>\n</Files>\n</Files>',
    '<Files a>\n<If true>\n<Files b>\nNote x\n</Files>\n</If>\n</Files>',
    '<If true>\n<If true>\n</If>\n<Else>\n</Else>\n</If>',
    '<Location /a>\n<If true>\nRequire x\n</If>\n</Location>',
    '<VirtualHost *>\nVhostOnly a\nServerNote b\nNote c\n</VirtualHost>',
    '<Files a>\n<Limit GET>\nRequire x\n</Limit>\n</Files>',
    '<Directory /a>\nSectionOnly x\nRequire y\nNote z\n</Directory>',
  ])('%j is fine', (text) => {
    expect(complaints(text)).toEqual([]);
  });
});

describe('sections', () => {
  it('are ordered by depth of their directories, and in file order', () => {
    const paths = ['/a/b', '/', '/c', '/a', '/*', '/a/./b/../c/'];
    const site = siteOf(paths.map((path) => `<Directory ${path}>\n</Directory>`).join('\n'));
    expect(site.main.directories.map(({ path, depth }) => [path, depth])).toEqual([
      ['/', 0],
      ['/c', 1],
      ['/a', 1],
      ['/*', 1],
      ['/a/b', 2],
      ['/a/c', 2],
    ]);
  });

  it('match by wildcard, level by level', () => {
    const site = siteOf(
      '<Directory /a/*>\n</Directory>\n<Location /l/?>\n</Location>\n<Files *.bak>\n</Files>',
    );
    expect(site.main.directories[0]?.glob?.('/a/b')).toBe(true);
    expect(site.main.directories[0]?.glob?.('/a/b/c')).toBe(false);
    expect(site.main.locations[0]?.glob?.('/l/x')).toBe(true);
    expect(site.main.defaults.files[0]?.glob?.('x.bak')).toBe(true);
  });

  it('match by regular expression, in both spellings', () => {
    const site = siteOf(
      '<Directory ~ ^/a>\n</Directory>\n<DirectoryMatch "^/(?<n>b)">\n</DirectoryMatch>\n<Location ~ c$>\n</Location>\n<Files ~ "\\.d$">\n</Files>',
    );
    expect(site.main.directories).toEqual([]);
    expect(site.main.directoryMatches.map(({ regex }) => regex?.exec('/b/x')?.groups[1])).toEqual([
      undefined,
      'b',
    ]);
    expect(site.main.directoryMatches[1]?.regex?.groupNames.get('n')).toBe(1);
    expect(site.main.locations[0]?.regex?.exec('/abc')).not.toBeNull();
    expect(site.main.defaults.files[0]?.regex?.exec('a.d')).not.toBeNull();
  });

  it('nest, each with its own values', () => {
    const site = siteOf(
      'Note 0\n<Directory /a>\nNote 1\n<Files b>\nNote 2\n<If true>\nNote 3\n</If>\n</Files>\nNote 4\n</Directory>',
    );
    const { dir } = site.main.directories[0]!;
    expect(notes(site.main.defaults)).toEqual(['Note 0']);
    expect(notes(dir)).toEqual(['Note 1', 'Note 4']);
    expect(notes(dir.files[0]!.dir)).toEqual(['Note 2']);
    expect(notes(dir.files[0]!.dir.ifs[0]!.dir)).toEqual(['Note 3']);
  });

  it('keep an empty slot for modules they do not mention', () => {
    const site = siteOf('<Directory /a>\nNote 1\n</Directory>', {
      modules: [sampleModule(), loadableModule('a', 'A', 1)],
    });
    expect(site.main.directories[0]?.dir.values).toEqual([['Note 1']]);
    expect(site.main.defaults.values).toEqual([[], []]);
  });

  it('hand their path to the modules, a directory with its slash', () => {
    const paths: (string | undefined)[] = [];
    const create = (path: string | undefined): string[] => {
      paths.push(path);
      return [];
    };
    const module = { ...sampleModule(), dirConfig: { create, merge: () => [] } };
    load(
      '<Directory /a>\nNote 1\n</Directory>\n<Location /l>\nNote 2\n</Location>\n<Directory />\nNote 3\n</Directory>\n<Files f>\nNote 4\n</Files>\n<If true>\nNote 5\n</If>',
      {
        modules: [module],
      },
    );
    expect(paths.filter((path) => path !== undefined)).toEqual(['/a/', '/l', '/', 'f', '*If']);
  });

  it('keep If chains in order', () => {
    const site = siteOf('<If "true">\n</If>\nNote x\n<ElseIf "false">\n</ElseIf>\n<Else>\n</Else>');
    expect(site.main.defaults.ifs.map(({ kind, text }) => [kind, text])).toEqual([
      ['if', 'true'],
      ['elseif', 'false'],
      ['else', ''],
    ]);
    expect(site.main.defaults.ifs.map(({ condition }) => condition !== undefined)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each([
    [
      '<Else>\n</Else>',
      '1: <Else> or <ElseIf> section without previous <If> or <ElseIf> section in same scope',
    ],
    [
      '<If true>\n</If>\n<Else>\n</Else>\n<Else>\n</Else>',
      '5: <Else> or <ElseIf> section without previous <If> or <ElseIf> section in same scope',
    ],
    [
      '<Directory />\n<If true>\n</If>\n</Directory>\n<Else>\n</Else>',
      '5: <Else> or <ElseIf> section without previous <If> or <ElseIf> section in same scope',
    ],
    ['<If true>\n</If>\n<Else a>\n</Else>', '3: <Else> does not take an argument'],
    ['<If >\n</If>', '1: <If> directive requires additional arguments'],
    ['<If true\n</If>', "1: <If> directive missing closing '>'"],
    ['<If true junk>\n</If>', '1: Multiple <If> arguments not supported.'],
    ['<DirectoryMatch "^/(">\n</DirectoryMatch>', '1: Regex could not be compiled'],
    ['<Files ~ "(">\n</Files>', '1: Regex could not be compiled'],
    ['<Location a b>\n</Location>', '1: Multiple <Location> arguments not (yet) supported.'],
    ['<FilesMatch a b>\n</FilesMatch>', '1: Multiple <FilesMatch> arguments not (yet) supported.'],
    ['<Location >\n</Location>', '1: <Location> directive requires additional arguments'],
    ['<Directory>\n</Directory>', '1: <Directory> directive requires additional arguments'],
    ['<VirtualHost>\n</VirtualHost>', '1: <VirtualHost> directive requires additional arguments'],
    ['<VirtualHost *:99999>\n</VirtualHost>', '1: The address or port is invalid'],
    [
      '<VirtualHost nosuch.invalid:80>\n</VirtualHost>',
      '1: warning: AH00547: Could not resolve host name nosuch.invalid -- ignoring!',
    ],
    ['<Directory a>\n</Directory>', '1: warning: <Directory> needs an absolute path to match anything'],
    ['<Directory /a>x\n</Directory>', '1: warning: <Directory: what follows the > has no effect'],
    [
      '<Foo>\n</Foo>',
      "1: Invalid command '<Foo', perhaps misspelled or defined by a module not included in the server configuration",
    ],
  ])('%j is answered', (text, message) => {
    expect(complaints(text)).toEqual([message]);
  });

  it('point into a condition or a regular expression that is wrong', () => {
    const { diagnostics } = load('<If "true && foo(\'x\') == 1">\n</If>\n<FilesMatch "ab(">\n</FilesMatch>');
    expect(diagnostics.map(({ place }) => place?.text.slice(place.column - 1))).toEqual([
      expect.stringMatching(/^foo/),
      expect.stringMatching(/^\(?">$/),
    ]);
  });

  it('refuse a condition that cannot be parsed, and say why', () => {
    const [complaint] = complaints('<If "foo bar">\n</If>');
    expect(complaint).toMatch(/^1: Cannot parse condition clause: /);
  });
});

describe('virtual hosts', () => {
  it('inherit from the main server: values merged, its sections first', () => {
    const site = siteOf(
      'ServerNote m\nNote m\n<VirtualHost *:80 [::1]:81>\nServerNote v\nNote v\n<Directory /b>\n</Directory>\n<Location /b>\n</Location>\n</VirtualHost>\n<Directory /a>\n</Directory>\n<Directory />\n</Directory>\n<Location /a>\n</Location>',
    );
    const [vhost] = site.vhosts;
    expect(vhost?.addresses.map(({ host, port }) => [host, port])).toEqual([
      ['*', 80],
      ['::1', 81],
    ]);
    expect(vhost?.config[0]).toEqual(['ServerNote m', 'ServerNote v']);
    expect(notes(vhost!.defaults)).toEqual(['Note m', 'Note v']);
    expect(vhost?.directories.map(({ path }) => path)).toEqual(['/', '/a', '/b']);
    expect(vhost?.locations.map(({ path }) => path)).toEqual(['/a', '/b']);
    expect(site.main.directories.map(({ path }) => path)).toEqual(['/', '/a']);
    expect(vhost?.place).toMatchObject({ file: '/srv/main', line: 3 });
  });

  it('get their values even when a module is not mentioned in them', () => {
    const site = siteOf('ServerNote m\n<VirtualHost *>\n</VirtualHost>');
    expect(site.vhosts[0]?.config[0]).toEqual(['ServerNote m']);
  });

  it('look names up where the machine knows them', () => {
    const io = { ...createMemoryIo({}), lookup: () => ['192.0.2.1', '2001:db8::1'] };
    const site = siteOf('<VirtualHost www.example.test:80>\n</VirtualHost>', { io });
    expect(site.vhosts[0]?.addresses.map(({ host, port }) => [host, port])).toEqual([
      ['192.0.2.1', 80],
      ['2001:db8::1', 80],
    ]);
  });
});
