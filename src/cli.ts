#!/usr/bin/env node
// argv → command → exit code.

import { runApps } from './commands/apps/run.ts';
import { parseArguments, type Task } from './commands/arguments.ts';
import { runConfigtest } from './commands/configtest.ts';
import { runDiff } from './commands/diff/run.ts';
import { runExplain } from './commands/explain/run.ts';
import { runHttpd } from './commands/httpd/run.ts';
import { runLint } from './commands/lint/run.ts';
import { runPlayground } from './commands/playground/run.ts';
import { runServe } from './commands/serve.ts';
import { runTest } from './commands/test/run.ts';

async function run(task: Task): Promise<number> {
  switch (task.kind) {
    case 'say':
      process.stdout.write(task.text);
      return 0;
    case 'usage':
      process.stderr.write(task.text);
      return 2;
    case 'configtest':
      return runConfigtest(task.options);
    case 'apps':
      return runApps(task.options);
    case 'lint':
      return runLint(task.options);
    case 'explain':
      return runExplain(task.options);
    case 'diff':
      return runDiff(task.options);
    case 'test':
      return runTest(task.options);
    case 'playground':
      return runPlayground(task.options);
    case 'serve':
      return runServe(task.options);
    case 'httpd':
      return runHttpd(task.words);
  }
}

process.exitCode = await run(parseArguments(process.argv.slice(2)));
