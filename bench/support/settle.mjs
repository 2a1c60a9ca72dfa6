// Loaded into a Node front whose memory is measured: on SIGUSR2 it collects its garbage, so that what is counted is
// what it holds and not when its collector happened to run.

/** What Node is started with for it. */
export const SETTLE_OPTIONS = ['--expose-gc', '--import', import.meta.url];

if (globalThis.gc !== undefined)
  process.on('SIGUSR2', () => {
    for (let i = 0; i < 3; i++) globalThis.gc();
  });
