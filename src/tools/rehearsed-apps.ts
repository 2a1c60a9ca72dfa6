// Applications where requests are only tried out: each has a process that is always ready, and that is never started.

import type { Site } from '../conf/site.ts';
import { modules } from '../modules/index.ts';
import type { AppEndpoint, AppInstance, AppLease, AppSpec, Apps } from '../request/apps.ts';

/** Stands for the port that the system would have chosen: the first of those that it chooses from. */
const ANY_PORT = 49152;

function endpointOf({ address }: AppSpec): AppEndpoint {
  return address.kind === 'auto' ? { kind: 'tcp', host: '127.0.0.1', port: ANY_PORT } : address;
}

/** Those of a configuration. */
export function rehearsedApps(site: Site): Apps {
  const specs = modules
    .filter((module) => site.modules.includes(module))
    .flatMap((module) => [site.main, ...site.vhosts].flatMap((server) => module.apps?.(server) ?? []));
  const instances = new Map(
    specs.map((spec, at): [string, AppInstance] => [
      spec.name,
      { id: at + 1, app: spec.name, endpoint: endpointOf(spec) },
    ]),
  );
  return {
    acquire: (name) => {
      const instance = instances.get(name);
      if (instance === undefined)
        return { kind: 'refusal', cause: 'gone', why: `there is no app ${name}`, retryAfter: 60 };
      return leaseOf(instance);
    },
    reports: () => [],
    report: () => undefined,
    onLeaving: () => () => undefined,
    start: nothingIsRun,
    stop: nothingIsRun,
    restart: nothingIsRun,
  };
}

function leaseOf(instance: AppInstance): AppLease {
  return { kind: 'lease', instance, release: () => undefined, refused: () => undefined };
}

function nothingIsRun(): Promise<never> {
  return Promise.reject(new Error('no application is run where requests are only tried out'));
}
