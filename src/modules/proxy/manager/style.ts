// The look of the balancer-manager's page: on a phone each row of a table becomes a card.

import { createHash } from 'node:crypto';

export const STYLE = `
:root { color-scheme: light dark; --edge: #8a8f98; --quiet: #6b727c22; --good: #1a7f37; --bad: #c4302b; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 90rem; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; overflow-wrap: anywhere; } h3 { font-size: 1.05rem; }
a, code { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { border: 1px solid var(--edge); padding: .3rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { background: var(--quiet); font-size: .875rem; overflow-wrap: normal; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.ok { color: var(--good); font-weight: 600; } .out { color: var(--bad); font-weight: 600; }
@media (prefers-color-scheme: dark) { :root { --good: #4ac26b; --bad: #ff7b72; } }
.said { border: 1px solid var(--edge); border-left: .35rem solid var(--good); padding: .5rem .75rem; }
.said.bad { border-left-color: var(--bad); }
form { border: 1px solid var(--edge); padding: .75rem 1rem 1rem; max-width: 60rem; }
.field { display: grid; grid-template-columns: minmax(9rem, 14rem) minmax(0, 1fr); gap: .25rem .75rem; margin: .5rem 0; align-items: baseline; }
.field small { grid-column: 2; }
input[type=text], select { font: inherit; max-width: 100%; box-sizing: border-box; padding: .25rem .4rem; }
input[type=text] { width: 100%; max-width: 32rem; }
fieldset { border: 1px solid var(--edge); margin: .75rem 0; }
.flags { display: flex; flex-wrap: wrap; gap: .5rem; }
.flags fieldset { margin: 0; } .flags label { display: inline-block; padding: .25rem .5rem .25rem 0; }
button { font: inherit; padding: .4rem 1.2rem; margin-top: .5rem; }
@media (max-width: 60rem) {
  table, thead, tbody, tr, th, td, caption { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { border: 1px solid var(--edge); margin: 0 0 .75rem; }
  tbody th, tbody td, td.n { border: 0; border-bottom: 1px solid var(--quiet); text-align: left; display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: .5rem; }
  tbody [data-label]::before { content: attr(data-label); font-weight: 600; font-size: .875rem; }
  .field { grid-template-columns: 1fr; } .field small { grid-column: 1; }
}
`;

/** The page has this style, no script, and sends its forms here; no other page may show it in a frame. */
export const POLICY: string =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
  "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
