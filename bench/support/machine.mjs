// Where a run took place: figures mean nothing without it.

import { cpus, release, totalmem, type } from 'node:os';
import { wrkVersion } from './wrk.mjs';

function placement(cores) {
  if (cores === undefined) return 'nothing is bound to a core';
  return `the front on core ${cores.front}, load and backend on ${cores.rest}`;
}

export function describeMachine({ cores, contestants }) {
  const all = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: all[0].model,
    cores: all.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: `${type()} ${release()}`,
    placement: placement(cores),
    load: wrkVersion() === undefined ? 'by the bench itself' : `by wrk ${wrkVersion()}`,
    node: process.version,
    versions: Object.fromEntries(contestants.map(({ name, version }) => [name, version])),
  };
}
