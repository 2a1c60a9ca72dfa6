// The page's own script: shows what page.ts says.

import { answers } from './page.ts';

// The build knows no DOM; a page has one.
const page = globalThis as unknown as { document: { body: { textContent: string } } };
page.document.body.textContent = JSON.stringify(answers(3, 150));
