// The top of the page: its name, the examples, the link to share, and the theme.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Draft } from '../draft.ts';
import { EXAMPLES, type Example } from '../examples.ts';
import { keepTheme, type Theme } from '../kept.ts';
import { fragmentOf } from '../share.ts';

interface HeadProps {
  readonly draft: Draft;
  readonly choose: (example: Example) => void;
}

export function Head({ draft, choose }: HeadProps): JSX.Element {
  return (
    <header>
      <h1>
        portico <span>playground</span>
      </h1>
      <p class="tagline">What Apache does with your rules, line by line. Nothing leaves this browser.</p>
      <div class="tools">
        <label for="examples" class="spoken">
          Examples
        </label>
        <select
          id="examples"
          value=""
          onChange={(event) => {
            const example = EXAMPLES.find(({ title }) => title === event.currentTarget.value);
            event.currentTarget.value = '';
            if (example !== undefined) choose(example);
          }}
        >
          <option value="">Examples …</option>
          {EXAMPLES.map(({ title }) => (
            <option value={title}>{title}</option>
          ))}
        </select>
        <ShareButton draft={draft} />
        <ThemeButton />
      </div>
    </header>
  );
}

function ShareButton({ draft }: { readonly draft: Draft }): JSX.Element {
  const [said, setSaid] = useState('');
  return (
    <>
      <button type="button" onClick={() => void share(draft).then(setSaid)} onBlur={() => setSaid('')}>
        Share
      </button>
      <span class="said-of-link" role="status">
        {said}
      </span>
    </>
  );
}

/** Puts the draft into the address and into the clipboard. Answers what has come of it. */
async function share(draft: Draft): Promise<string> {
  const fragment = await fragmentOf(draft);
  if (fragment === undefined) return 'This is too long for a link.';
  history.replaceState(null, '', `#${fragment}`);
  try {
    await navigator.clipboard.writeText(location.href);
    return 'Link copied.';
  } catch {
    return 'The link stands in the address bar.';
  }
}

function ThemeButton(): JSX.Element {
  const [theme, setTheme] = useState<Theme>(shownTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      aria-label={`Change to the ${other} theme`}
      title={`Change to the ${other} theme`}
      onClick={() => {
        document.documentElement.dataset.theme = other;
        keepTheme(other);
        setTheme(other);
      }}
    >
      {other === 'dark' ? '☾' : '☀'}
    </button>
  );
}

function shownTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  if (theme === 'light' || theme === 'dark') return theme;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
