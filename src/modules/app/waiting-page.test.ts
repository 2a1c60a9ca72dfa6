import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AppReport } from '../../request/apps.ts';
import { textOf } from './page-text.ts';
import { drawWaitingPage, WAITING_PAGE_POLICY } from './waiting-page.ts';

const NOW = 1_000_000;

const report: AppReport = {
  name: 'shop',
  state: 'starting',
  since: NOW,
  isHeldDown: false,
  failure: undefined,
  failuresInRow: 0,
  nextStartAt: undefined,
  output: [],
  requests: 0,
  busy: 0,
  waiting: 1,
  starts: 1,
  restarts: 0,
  instances: [],
};

describe('the waiting page', () => {
  it('asks again by itself and is for nobody else', () => {
    const page = drawWaitingPage({ host: 'a<b>.test', text: textOf(report, NOW), details: undefined });
    expect(page).toContain('<meta http-equiv="refresh" content="2">');
    expect(page).toContain('<meta name="robots" content="noindex">');
    expect(page).toContain('a&lt;b&gt;.test');
    expect(page).not.toMatch(/<script|\son\w+=|style="/);
    expect(page).toMatch(/^[\x00-\x7f]*$/);
  });

  it('has a policy that lets its own style pass', () => {
    const page = drawWaitingPage({ host: 'x', text: textOf(report, NOW), details: undefined });
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(WAITING_PAGE_POLICY).toBe(`default-src 'none'; style-src 'sha256-${hash}'`);
  });

  it('shows what the application printed as text, without colours', () => {
    const details: AppReport = {
      ...report,
      state: 'back-off',
      failure: { why: 'ended with exit code 1 <&>', at: NOW },
      failuresInRow: 3,
      output: ['\x1b[31mError\x1b[0m: <script>alert(1)</script>', 'a\x07\x00b'],
    };
    const page = drawWaitingPage({ host: 'x', text: textOf(details, NOW), details });
    expect(page).toContain('Error: &lt;script&gt;alert(1)&lt;/script&gt;\nab</pre>');
    expect(page).toContain(
      'Application shop: back-off; it ended with exit code 1 &lt;&amp;&gt;, 3 failures in a row.',
    );
  });

  it.each<[Partial<AppReport>, string, number]>([
    [{ state: 'starting' }, 'Starting up', 2],
    [{ state: 'stopped' }, 'Starting up', 2],
    [{ state: 'stopped', isHeldDown: true }, 'Switched off', 30],
    [{ state: 'restarting' }, 'Restarting', 2],
    [{ state: 'failed' }, 'Out of order', 10],
    [{ state: 'back-off', nextStartAt: NOW + 4000 }, 'Starting again', 4],
    [{ state: 'back-off', nextStartAt: NOW + 60_000 }, 'Starting again', 10],
    [{ state: 'starting', failuresInRow: 1 }, 'Starting again', 2],
  ])('%j says "%s" and asks again after %i s', (state, title, refresh) => {
    expect(textOf({ ...report, ...state }, NOW)).toMatchObject({ title, refresh });
  });
});
