// The page's own script: shows what page.ts says.

import { lines } from './page.ts';

// The build knows no DOM; a page has one.
const page = globalThis as unknown as { document: { body: { textContent: string } } };
page.document.body.textContent = lines().join('\n');
