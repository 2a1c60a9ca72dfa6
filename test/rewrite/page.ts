// What the browser's page runs: random rules and requests, and what the library comes to.

import { check, compile, memoryFiles } from '../../src/adapters/rewrite/index.ts';
import { randomRules, signOf } from './random-rules.ts';

/** A line for each request of the first rule sets of a seed. */
export function answers(seed: number, sets: number): string[] {
  const lines: string[] = [];
  for (let index = 0; index < sets; index++) {
    const { scopes, files, requests } = randomRules(seed, index, 8);
    const options = { documentRoot: '/srv/htdocs', files: memoryFiles(files) };
    const found = check(scopes, options).find(({ severity }) => severity === 'error');
    if (found !== undefined) lines.push(found.message);
    else {
      const engine = compile(scopes, options);
      for (const request of requests) lines.push(signOf(engine.evaluate(request, { trace: true })));
    }
  }
  return lines;
}
