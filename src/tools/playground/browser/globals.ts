// What Node has without an import: Buffer is the npm package of that name, the rest is as little as the engine asks for.

export { Buffer } from 'buffer/';

/** A process that is nobody: no number, no user, no settings. */
export const process: Readonly<Record<string, unknown>> = {
  env: {},
  arch: '',
  version: 'of a browser',
  versions: { node: 'of a browser' },
  cpuUsage: () => ({ user: 0, system: 0 }),
};

export function setImmediate(run: () => void): void {
  setTimeout(run, 0);
}
