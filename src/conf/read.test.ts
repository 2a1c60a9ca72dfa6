import { describe, expect, it } from 'vitest';
import { loadableModule, sampleModule } from '../../test/support/sample-module.ts';
import { createMemoryIo } from './memory-io.ts';
import { printTree } from './print.ts';
import { readTree } from './site.ts';

interface Reading {
  printed: string;
  messages: string[];
  files: (string | undefined)[];
}

function read(files: string | Record<string, string>, env: Record<string, string> = {}): Reading {
  const all = typeof files === 'string' ? { '/srv/main': files } : files;
  const { tree, diagnostics } = readTree({
    sources: [{ file: '/srv/main' }],
    modules: [sampleModule(), loadableModule('alias', 'Alias', 1), loadableModule('proxy', 'ProxyPass', 2)],
    io: createMemoryIo(all, env),
    serverRoot: '/srv',
  });
  return {
    printed: printTree(tree),
    messages: diagnostics.map(({ severity, message }) =>
      severity === 'error' ? message : `${severity}: ${message}`,
    ),
    files: diagnostics.map(({ place }) => place && `${place.file}:${place.line}`),
  };
}

describe('Include', () => {
  it('reads one file in its place', () => {
    expect(read({ '/srv/main': 'A\nInclude conf/b\nC', '/srv/conf/b': 'B\n' }).printed).toBe('A\nB\nC\n');
  });

  it('reads the matches of a wildcard sorted, without hidden ones', () => {
    const files = {
      '/srv/main': 'Include c/*.conf',
      '/srv/c/b.conf': 'B',
      '/srv/c/a.conf': 'A',
      '/srv/c/.x.conf': 'X',
      '/srv/c/d': 'D',
    };
    expect(read(files).printed).toBe('A\nB\n');
  });

  it('reads wildcards in directories too', () => {
    const files = {
      '/srv/main': 'Include s*/conf/*.conf',
      '/srv/s2/conf/a.conf': 'A2',
      '/srv/s1/conf/a.conf': 'A1',
    };
    expect(read(files).printed).toBe('A1\nA2\n');
  });

  it('reads all files below a directory, sorted', () => {
    const files = {
      '/srv/main': 'Include /srv/d',
      '/srv/d/b': 'B',
      '/srv/d/a/z': 'Z',
      '/srv/d/a/y': 'Y',
      '/srv/d/.h': 'H',
    };
    expect(read(files).printed).toBe('H\nY\nZ\nB\n');
  });

  it("fails in Apache's words", () => {
    const at = { '/srv/inc/x': '' };
    expect(read({ ...at, '/srv/main': 'Include inc/nope.conf' }).messages).toEqual([
      'Could not open configuration file /srv/inc/nope.conf: No such file or directory',
    ]);
    expect(read({ ...at, '/srv/main': 'Include inc/nope*.conf' }).messages).toEqual([
      "Include/IncludeOptional: No matches for the wildcard 'nope*.conf' in '/srv/inc', failing",
    ]);
    expect(read({ ...at, '/srv/main': 'Include nodir/*.conf' }).messages).toEqual([
      'Include/IncludeOptional: Could not open directory /srv/nodir: No such file or directory',
    ]);
    expect(read({ ...at, '/srv/main': 'Include nodir*/*.conf' }).messages).toEqual([
      "Include/IncludeOptional: No matches for the wildcard 'nodir*' in '/srv', failing",
    ]);
    expect(read('Include a b').messages).toEqual([
      'Include takes one argument, Name(s) of the config file(s) to be included; fails if the wildcard does not match at least one file',
    ]);
  });

  it('is silent about what is missing when optional', () => {
    const lines = ['inc/nope', 'inc/nope*', 'nodir/*', 'nodir*/*'].map((path) => `IncludeOptional ${path}`);
    expect(read(lines.join('\n')).messages).toEqual([]);
  });

  it('reads what there is when optional and one directory has no match', () => {
    const files = { '/srv/main': 'IncludeOptional s*/*.conf', '/srv/s1/x': 'X', '/srv/s2/a.conf': 'A' };
    expect(read(files).printed).toBe('A\n');
  });

  it('stops at a file that includes itself', () => {
    const { messages, files } = read({
      '/srv/main': 'Include a',
      '/srv/a': 'A\nInclude b',
      '/srv/b': 'Include a',
    });
    expect(messages).toEqual(['Exceeded maximum include depth of 128, There appears to be a recursion.']);
    expect(files).toEqual(['/srv/b:1']);
  });

  it('does not let a section reach across files', () => {
    expect(
      read({ '/srv/main': 'Include open\n</Directory>', '/srv/open': '<Directory /tmp>' }).messages,
    ).toEqual([
      '</Directory> without matching <Directory> section',
      '/srv/open:1: <Directory> was not closed.',
    ]);
  });

  it('says which Include lines led to a place', () => {
    const { diagnostics } = readTree({
      sources: [{ file: '/srv/main' }],
      modules: [],
      io: createMemoryIo({ '/srv/main': '\nInclude a', '/srv/a': 'Include b', '/srv/b': '</X>' }),
      serverRoot: '/srv',
    });
    expect(diagnostics[0]?.place).toMatchObject({
      file: '/srv/b',
      line: 1,
      includedFrom: { file: '/srv/a', line: 1, includedFrom: { file: '/srv/main', line: 2 } },
    });
  });
});

describe('Define', () => {
  it('gives values to what follows, from any section', () => {
    expect(read(`<VirtualHost *:80>\nDefine a "b c"\n</VirtualHost>\nX \${a} \${A}`).printed).toContain(
      'X b c b c\n',
    );
  });

  it('comes before the environment', () => {
    expect(read(`X \${HOME}\nDefine HOME mine\nX \${HOME}`, { HOME: '/root' }).printed).toContain(
      'X /root\nDefine HOME mine\nX mine\n',
    );
  });

  it('without a value is nothing to replace', () => {
    expect(read(`Define a\nX \${a}\n<IfDefine a>\nY\n</IfDefine>`)).toMatchObject({
      printed: `Define a\nX \${a}\nY\n`,
      messages: [`warning: AH00111: Config variable \${a} is not defined`],
    });
  });

  it('warns once about each name that nobody defined', () => {
    expect(read(`X \${N}\nX \${N}`).messages).toEqual([
      `warning: AH00111: Config variable \${N} is not defined`,
    ]);
  });

  it('can be undone', () => {
    expect(read('Define a b\nUnDefine a\n<IfDefine a>\nX\n</IfDefine>').printed).toBe(
      'Define a b\nUnDefine a\n',
    );
  });

  it('refuses names with a colon', () => {
    expect(read('Define a:b c').messages).toEqual(["Variable name must not contain ':'"]);
  });

  it('may give a directive its name, but not open a section', () => {
    expect(read(`Define a Foo\n\${a} x`).printed).toContain('Foo x\n');
    expect(read(`Define a <Foo\n\${a} x>`).messages).toEqual(['A variable cannot open or close a section']);
  });
});

describe('conditions', () => {
  it('leave content or nothing', () => {
    expect(read('<IfDefine a>\nX\n</IfDefine>\n<IfDefine !a>\nY\n</IfDefine>').printed).toBe('Y\n');
  });

  it('do not evaluate what they leave out', () => {
    const text = `<IfDefine a>\nX \${NOPE}\nInclude nope\nError x\n<IfVersion foo>\n</IfVersion>\n</IfDefine>`;
    expect(read(text)).toMatchObject({ printed: '', messages: [] });
  });

  it('that hold may be left open, as for Apache', () => {
    expect(read('<IfModule mod_sample.c>\nX')).toMatchObject({
      printed: 'X\n',
      messages: ['warning: <IfModule> was not closed.'],
    });
    expect(read('<IfModule nope>\nX').messages).toEqual(['Expected </IfModule> before end of configuration']);
  });

  it("are refused in Apache's words", () => {
    expect(read('<IfModule foo\n</IfModule>').messages).toEqual(["<IfModule> directive missing closing '>'"]);
    expect(read('<IfModule>\n</IfModule>').messages).toEqual([
      '<IfModule> directive requires additional arguments',
    ]);
  });

  it('know files under ServerRoot, directives and sections', () => {
    const text =
      '<IfFile x>\nA\n</IfFile>\n<IfDirective include>\nB\n</IfDirective>\n<IfSection location>\nC\n</IfSection>';
    expect(read({ '/srv/main': text, '/srv/x': '' }).printed).toBe('A\nB\nC\n');
  });
});

describe('LoadModule', () => {
  const guarded = '<IfModule mod_alias.c>\nA\n</IfModule>\n<IfModule proxy_module>\nP\n</IfModule>\n';

  it('is not needed: without any, every module is on', () => {
    expect(read(guarded).printed).toBe('A\nP\n');
  });

  it('turns on what it names, for the lines after it', () => {
    expect(read(`${guarded}LoadModule alias_module modules/mod_alias.so\n${guarded}`)).toMatchObject({
      printed: 'LoadModule alias_module modules/mod_alias.so\nA\n',
      messages: [],
    });
  });

  it('counts in included files too', () => {
    const files = { '/srv/main': `Include l\n${guarded}`, '/srv/l': 'LoadModule proxy_module x.so' };
    expect(read(files).printed).toBe('LoadModule proxy_module x.so\nP\n');
  });

  it('does not count where a condition leaves it out', () => {
    expect(read(`<IfDefine a>\nLoadModule alias_module x\n</IfDefine>\n${guarded}`).printed).toBe('A\nP\n');
  });

  it('leaves built-in modules and those of every Apache on', () => {
    const text =
      'LoadModule alias_module x\n<IfModule sample_module>\nS\n</IfModule>\n<IfModule core.c>\nC\n</IfModule>';
    expect(read(text).printed).toBe('LoadModule alias_module x\nS\nC\n');
  });

  it('warns about a second line for the same module', () => {
    const line = 'LoadModule alias_module x\n';
    expect(read(line + line).messages).toEqual([
      'warning: AH01574: module alias_module is already loaded, skipping',
    ]);
  });

  it("is silent about Apache's modules that have no work here, and IfModule knows them", () => {
    const text =
      'LoadModule mpm_event_module x\n<IfModule mpm_event_module>\nE\n</IfModule>\n<IfModule event.c>\nE\n</IfModule>';
    expect(read(text)).toMatchObject({ printed: 'LoadModule mpm_event_module x\nE\nE\n', messages: [] });
  });

  it("warns about Apache's modules that there is no code for, and IfModule does not know them", () => {
    const text =
      'LoadModule lua_module x\n<IfModule lua_module>\nL\n</IfModule>\n<IfModule !mod_lua.c>\nN\n</IfModule>';
    expect(read(text)).toMatchObject({
      printed: 'LoadModule lua_module x\nN\n',
      messages: ['warning: portico has no module lua_module'],
    });
  });

  it("refuses modules that are not Apache's, or passes over them where that is asked for", () => {
    const { messages } = read('LoadModule php_module x\nLoadModule rewrit_module y');
    expect(messages).toEqual(['portico has no module php_module', 'portico has no module rewrit_module']);
    const { diagnostics } = readTree({
      sources: [{ name: 'main', text: 'LoadModule php_module x' }],
      modules: [],
      io: createMemoryIo({}),
      skipUnknownModules: true,
    });
    expect(diagnostics).toMatchObject([{ severity: 'warning', message: 'portico has no module php_module' }]);
  });
});

describe('ServerRoot', () => {
  it('moves relative paths', () => {
    expect(read({ '/srv/main': 'ServerRoot /etc\nInclude a', '/etc/a': 'A' }).printed).toBe(
      'ServerRoot /etc\nA\n',
    );
  });

  it('has to be a directory', () => {
    expect(read('ServerRoot /nope').messages).toEqual(['ServerRoot must be a valid directory']);
  });
});

describe('Error', () => {
  it('is the message, with or without quotes', () => {
    expect(read('Error "x y"\nError x y\nError').messages).toEqual([
      'x y',
      'x y',
      'The Error directive was used with no message.',
    ]);
  });
});

describe('Macro', () => {
  it('is filled in with every use', () => {
    const text =
      '<Macro Host $name $n>\n<Directory /srv/$name>\nX $n\n</Directory>\n</Macro>\nUse host a 1\nUse Host "b c" 2';
    expect(read(text)).toMatchObject({
      printed: '<Directory /srv/a>\n  X 1\n</Directory>\n<Directory /srv/b c>\n  X 2\n</Directory>\n',
      messages: [],
    });
  });

  it('places what is wrong as Apache does', () => {
    const { messages, files } = read('\n<Macro m>\n# c\n</Directory>\n</Macro>\nUse m');
    expect(messages.at(-1)).toBe('</Directory> without matching <Directory> section');
    expect(files.at(-1)).toBe(
      'macro \'m\' (defined on line 2 of "/srv/main") used on line 6 of "/srv/main":2',
    );
  });

  it.each([
    ['Use m', 'no macro defined before Use'],
    ['<Macro m>\n</Macro>\nUse', 'no macro name specified with Use'],
    ['<Macro m>\n</Macro>\nUse n', "macro 'n' undefined"],
    [
      '<Macro m $a>\n</Macro>\nUse m',
      'macro \'m\' (defined on line 1 of "/srv/main") used with 0 arguments instead of 1',
    ],
    ['<Macro>\n</Macro>', '<Macro macro definition: empty name'],
    ['<Macro m\n</Macro>', "<Macro> directive missing closing '>'"],
    ['<Macro m>\nUse m\n</Macro>\nUse m', "recursive use of macro 'm' is invalid"],
    ['UndefMacro m', 'no macro defined before UndefMacro'],
    ['<Macro n>\n</Macro>\nUndefMacro m', "cannot remove undefined macro 'm'"],
    [
      '<Macro m $a $a>\n</Macro>',
      "argument name conflict in macro 'm' (defined on line 1 of \"/srv/main\"): argument '$a': #1 and #2, change argument names!",
    ],
  ])('refuses %j', (text, message) => {
    expect(read(text).messages).toEqual([message]);
  });

  it('may be redefined and removed', () => {
    expect(read('<Macro m>\nA\n</Macro>\n<Macro m>\nB\n</Macro>\nUse m\nUndefMacro m').printed).toBe('B\n');
  });
});
