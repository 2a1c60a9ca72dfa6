// The page that browsers get while an application starts: it asks again by itself, needs no script, and says to caches
// and robots that it is none of their business. Owns how it looks; the words are page-text.ts's.

import { createHash } from 'node:crypto';
import type { AppReport } from '../../request/apps.ts';
import { escapeHtml } from '../../request/error-page.ts';
import type { PageText } from './page-text.ts';

const STYLE = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #1d2733; --soft: #5c6b7a; --line: #e3e7ec; --mark: #2f6fde; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #12161c; --card: #1b2129; --ink: #e8edf3; --soft: #9aa8b7; --line: #2b333e; --mark: #6aa1ff; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; justify-content: center;
  padding: 1.25rem; background: var(--ground); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif; }
main { width: 100%; max-width: 32rem; padding: 2.25rem 2rem 1.75rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .9rem; box-shadow: 0 1px 2px rgb(0 0 0 / .05), 0 12px 32px rgb(0 0 0 / .06); }
main.wide { max-width: 52rem; }
h1 { margin: 0 0 .75rem; font-size: 1.6rem; line-height: 1.2; letter-spacing: -.01em; }
p { margin: 0 0 .5rem; color: var(--soft); }
.site { margin: 0 0 .35rem; color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
.bar { height: 4px; margin: 1.5rem 0 1.25rem; border-radius: 2px; background: var(--line); overflow: hidden; }
.bar i { display: block; width: 35%; height: 100%; border-radius: 2px; background: var(--mark); animation: run 1.6s ease-in-out infinite; }
@keyframes run { from { transform: translateX(-100%); } to { transform: translateX(290%); } }
@media (prefers-reduced-motion: reduce) { .bar i { animation: none; width: 100%; opacity: .5; } }
.again { font-size: .9rem; }
a { color: var(--mark); }
section { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: .9rem; }
h2 { margin: 0 0 .5rem; font-size: .95rem; }
pre { margin: .75rem 0 0; padding: .9rem 1rem; max-height: 18rem; overflow: auto; border-radius: .5rem;
  background: var(--ground); color: var(--ink); font: .8125rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
`;

/** Lets the page's own style pass, and nothing else that a page could load. */
export const WAITING_PAGE_POLICY: string = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** What stands on one page. */
export interface WaitingPageFacts {
  /** The host that the visitor asked for. */
  readonly host: string;
  readonly text: PageText;
  /** What only somebody at this machine may see. */
  readonly details: AppReport | undefined;
}

/** The whole page, as bytes of UTF-8. */
export function drawWaitingPage({ host, text, details }: WaitingPageFacts): string {
  const { title, sentences, refresh, isHopeful } = text;
  const wide = details !== undefined && details.output.length > 0 ? ' class="wide"' : '';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="${refresh}">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main${wide}>
<div class="site">${escapeHtml(host)}</div>
<h1>${title}</h1>
<p>${sentences.join(' ')}</p>
${isHopeful ? '<div class="bar" role="progressbar" aria-label="Please wait"><i></i></div>\n' : ''}<p class="again">Trying again every ${refresh} seconds. <a href="">Try now</a></p>
${details === undefined ? '' : drawDetails(details)}</main>
</body>
</html>
`;
}

function drawDetails({ name, state, failure, failuresInRow, output }: AppReport): string {
  const reason = failure === undefined ? '' : `; it ${plain(failure.why)}`;
  const again = failuresInRow > 1 ? `, ${failuresInRow} failures in a row` : '';
  const lines = output.length === 0 ? '' : `<pre>${output.map(plain).join('\n')}</pre>\n`;
  return `<section>
<h2>Shown on this machine only</h2>
<p>Application ${escapeHtml(name)}: ${state}${reason}${again}.</p>
${lines}</section>
`;
}

/** Colours and other control bytes of a terminal are not for pages. */
function plain(text: string): string {
  return escapeHtml(text.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '').replace(/[\x00-\x08\x0b-\x1f\x7f]/g, ''));
}
