// What stands beside the lines: the marks of the stories that the engine tells of these rules.
import { describe, expect, it } from 'vitest';
import { play } from '../tools/playground/play.ts';
import { TYPED_FILE } from '../tools/playground/typed-file.ts';
import { EMPTY_DRAFT, questionOf } from './draft.ts';
import { marksOf } from './marks.ts';

/** `line sign note` of every mark. */
async function marks(text: string, url: string, files = ''): Promise<string[]> {
  const question = questionOf({ ...EMPTY_DRAFT, text, url, files });
  if (typeof question === 'string') throw new Error(question);
  const { story } = await play(question);
  const found = marksOf(story, text, (file) => file === TYPED_FILE);
  return [...found].sort(([a], [b]) => a - b).map(([line, { kind, note }]) => `${line} ${kind}: ${note}`);
}

describe('marks', () => {
  it('say what each line did, and which were not reached', async () => {
    const text = [
      'RewriteEngine On',
      'RewriteRule ^nothing$ - [F]',
      'RewriteCond %{QUERY_STRING} ^$',
      'RewriteCond %{HTTPS} =on',
      'RewriteRule ^a$ - [F]',
      'RewriteCond %{QUERY_STRING} \\',
      '  ^b=(.*)',
      'RewriteRule ^a$ - [E=x:%1,END]',
      'RewriteCond %{HTTPS} =on',
      'RewriteRule ^ - [F]',
    ].join('\n');
    expect(await marks(text, '/a?b=c')).toEqual(
      [
        '2 missed: no match for a',
        '3 missed: does not hold on b=c',
        '5 missed: matches a, but the condition in line 3 does not hold',
        '6 applied: holds on b=c',
        "8 applied: matches a, sets x to 'c'",
        '9 idle: not reached',
        '10 idle: not reached',
        '4 idle: not reached',
      ].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
    );
  });

  it('count the rounds', async () => {
    const text =
      'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^(.*)$ /x.html\nRewriteRule ^no - [F]';
    expect(await marks(text, '/a', 'x.html')).toEqual([
      '2 applied: holds on /var/www/html/a, in round 1 of 2',
      '3 applied: a → /x.html, in round 1 of 2',
      '4 missed: no match for /x.html, in 2 rounds',
    ]);
    expect((await marks('RewriteEngine On\nRewriteRule ^(.*)$ p/$1', '/a'))[0]).toBe(
      '2 applied: a → p/a, in 11 of 11 rounds',
    );
  });

  it('stand beside other lines than rules, too', async () => {
    const text =
      '<If "%{REQUEST_URI} == \'/a\'">\nRedirect 410 /a\n</If>\n<If "%{REQUEST_URI} == \'/b\'">\n</If>';
    expect(await marks(text, '/a')).toEqual([
      '1 applied: applies',
      '2 applied: → 410',
      '4 missed: does not hold',
    ]);
  });

  it('are none where there is no story', () => {
    expect(marksOf(undefined, 'RewriteRule ^ -', () => true).size).toBe(0);
  });
});
