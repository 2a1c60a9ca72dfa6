// The page's script: finds out what to begin with, and begins.

import { render } from 'preact';
import { App } from './app.tsx';
import { beginning } from './beginning.ts';
import { keptTheme } from './kept.ts';

const theme = keptTheme();
if (theme !== undefined) document.documentElement.dataset.theme = theme;

const place = document.getElementById('page')!;
const begin = async (): Promise<void> => {
  const begun = await beginning();
  render(null, place);
  render(<App beginning={begun} />, place);
};

// A link that is opened where the page is open already changes the fragment alone.
addEventListener('hashchange', () => void begin());
void begin();
