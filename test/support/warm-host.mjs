// A process that carries out one `portico serve -f FILE` or `portico configtest -f FILE` after another, by the built
// commands: starting node and loading the program takes longer than most cases do. A message brings the words, a signal
// ends a server as it ends that of the command line, a mark on both streams is the end of what a command printed. What
// a command has left in the process (listeners, variables) is undone after it.
import { parseArguments } from '../../dist/commands/arguments.js';
import { runConfigtest } from '../../dist/commands/configtest.js';
import { takeSettingsOf } from '../../dist/commands/configuration.js';
import { serveUntilSignal } from '../../dist/commands/serve.js';

const emitters = [process, process.stdout, process.stderr];

process.on('disconnect', () => process.exit());
process.on('message', async (words) => {
  const undo = rememberProcess();
  let code = 1;
  try {
    code = await carryOut(parseArguments(words));
  } catch (error) {
    process.stderr.write(`${error.stack ?? error}\n`);
  }
  undo();
  for (const stream of [process.stdout, process.stderr]) stream.write(`\0ended with ${code}\0`);
});

async function carryOut({ kind, options }) {
  if (kind === 'configtest') return runConfigtest(options);
  takeSettingsOf(options);
  return (await serveUntilSignal(options)) ? 0 : 1;
}

function rememberProcess() {
  const variables = { ...process.env };
  const listeners = emitters.map(listenersOf);
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
    Object.assign(process.env, variables);
    for (const [at, emitter] of emitters.entries())
      for (const [name, listener] of listenersOf(emitter))
        if (!listeners[at].some(([, known]) => known === listener)) emitter.off(name, listener);
  };
}

function listenersOf(emitter) {
  return emitter
    .eventNames()
    .flatMap((name) => emitter.rawListeners(name).map((listener) => [name, listener]));
}
