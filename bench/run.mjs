// What does a request cost portico, and what does it cost others? Rows of work (rows.mjs), contestants
// (contestants.mjs), in one run and in turns. README.md says how to read the result.
//
//   npm run bench [-- --rows proxy,log --peers apache,nginx --rounds 5 --seconds 2 --json FILE --cpu-prof DIR --write]

import { CONTESTANTS } from './contestants.mjs';
import { ROWS } from './rows.mjs';
import { runRows } from './support/run-rows.mjs';

await runRows({ rows: ROWS, contestants: CONTESTANTS, command: 'npm run bench', page: 'bench/RESULTS.md' });
