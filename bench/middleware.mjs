// What do the rules cost inside a program of node:http or Express, and what do the middlewares cost that people use in
// their place? Rows of work (middleware-rows.mjs), contestants (middleware-contestants.mjs), in one run and in turns.
//
//   npm run bench:middleware [-- --rows pass-express --peers portico,http-proxy --rounds 5 --seconds 2 --json FILE
//                                --cpu-prof DIR --write]

import { MIDDLEWARE } from './middleware-contestants.mjs';
import { MIDDLEWARE_ROWS } from './middleware-rows.mjs';
import { runRows } from './support/run-rows.mjs';

await runRows({
  rows: MIDDLEWARE_ROWS,
  contestants: MIDDLEWARE,
  command: 'npm run bench:middleware',
  page: 'bench/MIDDLEWARE.md',
});
