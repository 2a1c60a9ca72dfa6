// Which changes of a configuration need another process.

import type { AppSpec } from '../../request/apps.ts';

/** True where a process that was started for one serves for the other as well. */
export function isSameProcess(a: AppSpec, b: AppSpec): boolean {
  return processText(a) === processText(b);
}

function processText({ command, directory, address, env, user, limits }: AppSpec): string {
  const sorted = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));
  const { memory, openFiles, processes } = limits;
  return JSON.stringify([
    command,
    directory,
    addressWords(address),
    sorted,
    user,
    [memory, openFiles, processes],
  ]);
}

function addressWords(address: AppSpec['address']): readonly (string | number)[] {
  if (address.kind === 'tcp') return ['tcp', address.host, address.port];
  return address.kind === 'unix' ? ['unix', address.path] : ['auto'];
}
