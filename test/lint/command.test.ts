// `portico lint` as a person and a program meet it.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checks } from '../../src/tools/lint/index.ts';
import { openWorkshop, type Workshop } from '../support/command.ts';
import { porticoCli } from '../support/server-process.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
});

afterEach(() => shop.close());

const LOOP = 'RewriteEngine On\nRewriteRule ^([^?]*)$ public/$1 [L]\n';
const CLEAN = 'RewriteEngine On\nRewriteRule ^old$ new.html [END]\n';

describe('portico lint', () => {
  it('shows a finding with its line, why it matters and what to write, and ends with 1', async () => {
    shop.write('.htaccess', LOOP);
    const { code, out, err } = await shop.run(['lint', '.htaccess']);
    expect(err).toBe('');
    expect(out).toBe(
      [
        '.htaccess:2:23: error: GET http://www.example.com/ goes round in circles: /public/, then /public/public/, then /public/public/public/ ... and is answered 500',
        '  2 | RewriteRule ^([^?]*)$ public/$1 [L]',
        '    |                       ^^^^^^^^^',
        '  In a directory every rewritten path is looked at by the rules once more; [L] ends only one round. After ten rounds the answer is 500 (AH00124).',
        '  hint: Write RewriteRule ^([^?]*)$ public/$1 [END], or a condition that fails for the result',
        '  [lint/rewrite-loop]',
        '',
        '1 error in 1 file',
        '',
      ].join('\n'),
    );
    expect(code).toBe(1);
  });

  it('ends with 0 when nothing is found', async () => {
    shop.write('.htaccess', CLEAN);
    expect(await shop.run(['lint', '.htaccess'])).toEqual({
      code: 0,
      out: 'nothing found in 1 file\n',
      err: '',
    });
  });

  it('reads every .htaccess file beneath a directory, which stands for /', async () => {
    shop.write('site/.htaccess', CLEAN);
    shop.write('site/shop/.htaccess', 'RewriteEngine On\nRewriteRule ^old$ new [R=301,L]\n');
    shop.write('site/node_modules/x/.htaccess', LOOP);
    const { code, out } = await shop.run(['lint', 'site/']);
    expect(out).toContain(
      'site/shop/.htaccess:2:19: error: GET http://www.example.com/shop/old is redirected to',
    );
    expect(out).toMatch(/1 error in 2 files\n$/);
    expect(code).toBe(1);
  });

  it('reads a whole configuration with what it includes', async () => {
    const inner = shop.write('inner.conf', 'ProxyPass /app/ http://127.0.0.1:8000\n');
    shop.write('httpd.conf', 'Listen 127.0.0.1:{PORT}\nInclude inner.conf\n');
    const { code, out } = await shop.run(['lint', '-f', 'httpd.conf']);
    expect(out).toContain(`${inner}:1:`);
    expect(out).toContain('[lint/proxypass-open-ended]');
    expect(out).toContain(`  included from ${shop.root}/httpd.conf:2\n`);
    expect(code).toBe(1);
  });

  it('reads standard input', () => {
    const { stdout, status } = spawnSync(process.execPath, [porticoCli, 'lint', '-'], {
      input: LOOP,
      encoding: 'utf8',
    });
    expect(stdout).toContain('standard input:2:23: error:');
    expect(status).toBe(1);
  });

  it('shows errors of the reader, and goes on', async () => {
    shop.write('.htaccess', `RewriteEngin On\n${LOOP}`);
    const { out } = await shop.run(['lint', '.htaccess']);
    expect(out).toContain(".htaccess:1:1: error: Invalid command 'RewriteEngin'");
    expect(out).toContain('[lint/rewrite-loop]');
  });

  it('counts only what reaches the threshold', async () => {
    shop.write('.htaccess', 'RewriteEngine On\nRewriteRule ^old$ /new [R,L]\n');
    const { code, out } = await shop.run(['lint', '.htaccess']);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'nothing found in 1 file (1 below the threshold: --severity note shows all)\n',
    });
    expect((await shop.run(['lint', '--severity', 'note', '.htaccess'])).code).toBe(1);
  });

  it.each([
    [
      'the next line',
      LOOP.replace('\nRewriteRule', '\n# portico-lint-disable-next-line rewrite-loop\nRewriteRule'),
    ],
    ['its line', LOOP.replace('[L]', '[L] # portico-lint-disable-line rewrite-loop')],
    ['the file', `# portico-lint-disable-file\n${LOOP}`],
  ])('leaves out what a comment switches off for %s', async (_, text) => {
    shop.write('.htaccess', text);
    const { code, out } = await shop.run(['lint', '.htaccess']);
    expect({ code, out }).toEqual({ code: 0, out: 'nothing found in 1 file\n' });
  });

  it('says when a comment names no check', async () => {
    shop.write('.htaccess', `# portico-lint-disable-file rewrite-lop\n${CLEAN}`);
    const { out } = await shop.run(['lint', '.htaccess']);
    expect(out).toContain('no check is called rewrite-lop');
    expect(out).toContain('Did you mean rewrite-loop?');
  });

  it('writes JSON', async () => {
    shop.write('.htaccess', LOOP);
    const { out } = await shop.run(['lint', '--format', 'json', '.htaccess']);
    expect(JSON.parse(out)).toMatchObject([
      { id: 'rewrite-loop', severity: 'error', file: '.htaccess', line: 2, column: 23, length: 9 },
    ]);
  });

  it('lists and explains its checks', async () => {
    const { out } = await shop.run(['lint', '--list']);
    expect(out.trim().split('\n').length).toBe(checks.length);
    const { code, out: told } = await shop.run(['lint', '--explain', 'rewrite-loop']);
    expect(code).toBe(0);
    expect(told).toContain('rewrite-loop (error)');
    expect(told).toContain('Wrong, in .htaccess:');
  });

  it.each([
    [['lint'], 'lint needs something to look at'],
    [['lint', 'missing'], 'missing: no such file or directory'],
    [['lint', '-f', 'missing.conf'], 'No such file or directory'],
    [['lint', '--explain', 'rewrite-lop'], 'did you mean rewrite-loop?'],
    [['lint', '--format', 'xml', '.htaccess'], 'Allowed choices are text, json, sarif'],
    [['lint', '--document-root', 'nowhere', '.htaccess'], 'not a directory'],
  ])('ends with 2 on %j', async (words, said) => {
    const { code, out, err } = await shop.run(words);
    expect(err).toContain(said);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});
