// The playground's engine here, in Node: where its remarks point, what it makes of what cannot be asked, and that nothing
// that somebody pastes keeps it busy for long.
import { describe, expect, it, test } from 'vitest';
import { drawStory } from '../../src/tools/draw-story.ts';
import {
  type PlayAnswer,
  type PlayQuestion,
  play,
  type Remark,
  TYPED_FILE,
} from '../../src/tools/playground/play.ts';
import { HOSTILE } from './hostile-questions.ts';
import { PLAIN } from './questions.ts';

function ask(text: string, more: Partial<PlayQuestion> = {}): Promise<PlayAnswer> {
  return play({ ...PLAIN, text, ...more });
}

/** What of the text a remark is about. */
function marked(text: string, { line, column, length }: Remark): string {
  return text.split('\n')[line - 1]!.slice(column - 1, column - 1 + length);
}

async function remarkAbout(text: string, code: string): Promise<Remark> {
  const { remarks } = await ask(text);
  const found = remarks.find((remark) => remark.code === code);
  if (found === undefined) throw new Error(`no ${code} among ${remarks.map((remark) => remark.code)}`);
  return found;
}

describe('a remark', () => {
  it('points at the word that it is about', async () => {
    const text = 'RewriteEngine On\nRewriteRule ^old$ http://example.com/new [R]\n';
    const remark = await remarkAbout(text, 'lint/redirect-without-code');
    expect(remark).toMatchObject({ severity: 'note', line: 2 });
    expect(marked(text, remark)).toBe('[R]');
  });

  it('counts characters where the text has some of several bytes, and pairs of units', async () => {
    const text = '# schöne Grüße 🎉\nRewriteEngine On\nRewriteRule ^über/🎉$ http://example.com/ü [R]  \n';
    const remark = await remarkAbout(text, 'lint/redirect-without-code');
    expect(remark.line).toBe(3);
    expect(marked(text, remark)).toBe('[R]');
  });

  it('points into the line of a directive that goes on over several', async () => {
    const text = 'RewriteEngine On\nRewriteRule ^größe$ \\\n  http://example.com/ä \\\n    [R]\n';
    const remark = await remarkAbout(text, 'lint/redirect-without-code');
    expect(remark.line).toBe(4);
    expect(marked(text, remark)).toBe('[R]');
  });

  it('ends with the first line of a directive that it is about as a whole', async () => {
    const text = '# ü\n  ProxyPass /größe \\\n    http://127.0.0.1:8000/\n';
    const { remarks } = await ask(text, { kind: 'configuration' });
    const remark = remarks.find(({ code }) => code === 'lint/proxypass-slashes');
    expect(remark).toMatchObject({ severity: 'warning', line: 2, column: 3 });
    expect(marked(text, remark!)).toBe('ProxyPass /größe');
  });

  it('is an error where the text cannot be used, and says what was meant', async () => {
    const text = 'Heder set X-Größe 1\n';
    const { remarks, problem } = await ask(text);
    expect(remarks).toHaveLength(1);
    expect(remarks[0]).toMatchObject({ severity: 'error', line: 1, mend: 'did you mean Header?' });
    expect(marked(text, remarks[0]!)).toBe('Heder');
    expect(problem).toMatch(/^line 1: Invalid command/);
  });

  it('stands at the Include line, or the Use line, where it is about what those bring in', async () => {
    const text = '# a\nInclude /extra.conf\n';
    const { remarks } = await ask(text, { kind: 'configuration', files: '/extra.conf: Nothing here' });
    expect(remarks[0]).toMatchObject({ severity: 'error', line: 2, column: 1 });
    expect(remarks[0]?.message).toMatch(/^\/extra\.conf:1: Invalid command 'Nothing'/);
  });

  it('says so where there was no time for all of them', async () => {
    const rules = Array.from({ length: 8000 }, (_, at) => `RewriteRule ^p${at}/(.*)$ /q${at}/$1 [L]\n`);
    const { remarks, story } = await ask(`RewriteEngine On\n${rules.join('')}`);
    expect(remarks.at(-1)).toMatchObject({ code: 'lint/unfinished', severity: 'note', line: 0 });
    expect(story?.outcome.kind).toBe('status');
  });

  it('is said once for CRLF, too', async () => {
    const text = 'RewriteEngine On\r\nRewriteRule ^a$ http://example.com/b [R]\r\n';
    const remark = await remarkAbout(text, 'lint/redirect-without-code');
    expect(marked(text, remark)).toBe('[R]');
  });
});

describe('an answer', () => {
  it('knows the lines of the text, in a folder, too, and those of other files', async () => {
    const { story } = await ask('RewriteEngine On\nRewriteRule ^a$ b.txt\n', {
      folder: 'blog/',
      url: '/blog/a',
      files: 'blog/b.txt\n.htaccess:\n  Header set X-Root 1\n',
    });
    expect(story?.outcome).toMatchObject({ kind: 'file', file: '/var/www/html/blog/b.txt' });
    expect(story?.headers).toContainEqual(['X-Root', '1']);
    const rules = story?.chapters[0]?.parts.find((part) => part.kind === 'rules');
    expect(rules?.kind === 'rules' && rules.rules[0]?.line).toMatchObject({ file: TYPED_FILE, line: 2 });
  });

  it('tells the bytes that a backend would receive', async () => {
    const { story } = await ask('RewriteEngine On\nRewriteRule ^api/(.*)$ http://127.0.0.1:8000/$1 [P]\n', {
      url: 'http://shop.test/api/caf%C3%A9',
      headers: [['Cookie', 'name=ü']],
      remote: '192.0.2.7',
    });
    const bytes = story?.outcome.kind === 'proxy' ? story.outcome.bytes : '';
    expect(bytes).toContain('GET /caf%C3%A9 HTTP/1.1\r\n');
    expect(bytes).toContain('Cookie: name=ü\r\n');
    expect(bytes).toContain('X-Forwarded-For: 192.0.2.7\r\n');
  });

  it('gives the trace in the words of Apache', async () => {
    const { trace } = await ask('RewriteEngine On\nRewriteRule ^ü$ /b\n', { url: '/ü' });
    expect(trace[1]).toBe(
      "[rewrite:trace3] [rid#1/initial] [perdir /var/www/html/] applying pattern '^ü$' to uri 'ü'",
    );
  });

  it('tells the beginning of a run without end, and its last try', async () => {
    const { story, trace } = await ask('RewriteEngine On\nRewriteRule ^(.*)$ x$1 [N]\n', { url: '/a' });
    const run = story?.chapters[0]?.parts.find((part) => part.kind === 'rules');
    if (run?.kind !== 'rules') throw new Error('no rules are told');
    expect(run.untold).toBeGreaterThan(1000);
    expect(run.rules[0]?.subject).toBe('a');
    expect(run.rules.at(-1)?.subject?.length).toBeGreaterThan(10_000);
    expect(drawStory(story!)).toContain(`… ${run.untold} tries more, then\n`);
    expect(trace.at(-1)).toMatch(/^… and \d+ lines more$/);
  });

  it('is that of the release that is asked about', async () => {
    const text = 'RewriteEngine On\nRewriteRule ^find/(.*)$ /list?q=$1 [PT]\n';
    const more = { url: '/find/a%20b', files: 'list' };
    expect((await ask(text, more)).story?.outcome).toMatchObject({ kind: 'status', status: 403 });
    expect((await ask(text, { ...more, apache: '2.4.54' })).story?.outcome).toMatchObject({ kind: 'file' });
  });

  it('leads scripts to PHP where the text is an .htaccess, and says where there is none', async () => {
    const text = 'RewriteEngine On\nRewriteRule ^app index.php\n';
    expect((await ask(text, { url: '/app', files: 'index.php' })).story?.outcome.kind).toBe('fastcgi');
    expect((await ask(text, { url: '/app' })).story?.outcome).toMatchObject({ kind: 'status', status: 404 });
  });

  it('does not depend on what was asked before, or at the same time', async () => {
    const one = { ...PLAIN, text: 'Header set X-Text one\n', files: 'a.txt', url: '/a.txt' };
    const two = { ...one, text: 'Header set X-Text two\n' };
    const texts = (await Promise.all([one, two, one, two].map(play))).map(({ story }) =>
      story?.headers.find(([name]) => name === 'X-Text')?.at(1),
    );
    expect(texts).toEqual(['one', 'two', 'one', 'two']);
  });
});

describe('what cannot be asked', () => {
  test.each<[string, Partial<PlayQuestion>]>([
    ["'/a b' has a space or control byte: write %20, as clients do", { url: '/a b' }],
    ['gopher://a/: not a URL; write http://host/path, or a path from /', { url: 'gopher://a/' }],
    ['A B: not a method', { method: 'A B' }],
    ["'X Y' is no name of a header field", { headers: [['X Y', '1']] }],
    ['the value of X cannot be sent', { headers: [['X', '1\r\nY: 2']] }],
    ['1.2.3 is no IP address', { remote: '1.2.3' }],
    ['../etc/ is no folder below the document root', { folder: '../etc/' }],
    [
      'Apache 2.2 is not among those that can be asked about: 2.4.54, 2.4.56, 2.4.62, 2.4.71',
      { apache: '2.2' },
    ],
    ['the text is longer than 1000000 characters', { text: '#'.repeat(1_000_001) }],
  ])('%s', async (problem, more) => {
    expect(await ask('', more)).toMatchObject({ problem, story: undefined, trace: [] });
  });
});

describe('what somebody pastes to keep it busy', () => {
  test.each(HOSTILE)('$name', async ({ question, comesTo }) => {
    const began = performance.now();
    const { remarks, story, problem, trace } = await play({ ...PLAIN, ...question });
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(problem ?? JSON.stringify(story?.outcome)).toMatch(comesTo);
    expect(remarks.length).toBeLessThan(1100);
    expect(trace.length).toBeLessThan(6000);
    expect(JSON.stringify(story ?? '').length).toBeLessThan(10_000_000);
  });
});
