// npm run fuzz:http -- [--seed N] [--inputs N] [--served-of N] [--json]: random changes of the corpus of test/wire against
// portico's HTTP/1.1 parsers and llhttp; one input of N (50; 0 for none) also goes through the built portico. Prints
// what is wrong in its smallest form. Ends with 1 where there is anything, or where a process has grown.
import { parseArgs } from 'node:util';
import { withSupport } from './support.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    inputs: { type: 'string', default: '100000' },
    'served-of': { type: 'string', default: '50' },
    json: { type: 'boolean', default: false },
  },
});
const EVERY = 50_000;

process.exitCode = await withSupport(['../wire-fuzz/runner'], async (support) => {
  let told = 0;
  let shown = 0;
  const report = await support.runWireFuzz({
    seed: Number(values.seed),
    inputs: Number(values.inputs),
    servedOf: Number(values['served-of']),
    onProgress: (run) => {
      for (const finding of run.findings.slice(shown)) console.log(`${support.writeFinding(finding)}\n`);
      shown = run.findings.length;
      if (values.json || Math.floor(run.inputs / EVERY) === told) return;
      told = Math.floor(run.inputs / EVERY);
      console.log(progressLine(run));
    },
  });
  const { inputs, served, explained, kept, findings, seconds, heap, server, ends } = report;
  const summary = { seed: Number(values.seed), inputs, served, explained, kept, findings: findings.length };
  const ended = Object.fromEntries([...ends].sort(([, a], [, b]) => b - a));
  if (values.json) console.log(JSON.stringify({ ...summary, seconds, heap, server, ends: ended }));
  else {
    for (const [how, times] of Object.entries(ended)) console.log(`${String(times).padStart(8)} ${how}`);
    console.log(`${progressLine(report)}; heap by stretch ${heap.join(' ')} MB`);
    console.log(JSON.stringify(summary));
  }
  return findings.length === 0 ? 0 : 1;
});

function progressLine({ inputs, served, findings, seconds, heap, server }) {
  const memory =
    server === undefined
      ? ''
      : `, server ${Math.round(server.now / 1024)} MB (warm ${Math.round(server.warm / 1024)})`;
  return (
    `${inputs} inputs, ${served} of them served, ${findings.length} findings, ` +
    `${Math.round(inputs / seconds)}/s, heap ${heap.at(-1)} MB${memory}`
  );
}
