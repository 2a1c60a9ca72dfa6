// What a running server does for those who ask it over its control channel: it tells of its applications, and starts,
// stops and restarts them.

import type { Site } from '../../conf/site.ts';
import type { AppOutcome, Apps } from '../../request/apps.ts';
import type { Module } from '../../request/module.ts';
import type { ControlAnswer, ControlledServer, ControlRequest } from './message.ts';

/** The server, as the channel asks it. */
export interface ControlSource {
  readonly apps: Apps | undefined;
  facts(): ControlledServer;
}

/** Does a configuration describe applications? */
export function hasApps({ main, vhosts, modules }: Site, known: readonly Module[]): boolean {
  return known.some(
    (module) =>
      modules.includes(module) && [main, ...vhosts].some((server) => (module.apps?.(server).length ?? 0) > 0),
  );
}

/** Carries out one request; never rejects. */
export async function carryOut(source: ControlSource, request: ControlRequest): Promise<ControlAnswer> {
  const { apps } = source;
  if (apps === undefined) return { ok: false, why: 'the server is still starting' };
  try {
    if (request.do !== 'apps') {
      if (apps.report(request.app) === undefined) return { ok: false, why: unknownName(apps, request.app) };
      const outcome = await act(apps, request);
      if (!outcome.isDone) return { ok: false, why: outcome.why };
    }
    return { ok: true, server: source.facts(), apps: apps.reports() };
  } catch (error) {
    return { ok: false, why: `a defect was met: ${error instanceof Error ? error.message : error}` };
  }
}

function act(apps: Apps, { do: what, app }: Exclude<ControlRequest, { do: 'apps' }>): Promise<AppOutcome> {
  switch (what) {
    case 'start':
      return apps.start(app);
    case 'stop':
      return apps.stop(app);
    case 'restart':
      return apps.restart(app);
  }
}

function unknownName(apps: Apps, name: string): string {
  const names = apps.reports().map((report) => report.name);
  return `there is no application ${name}; there is ${names.join(', ') || 'none at all'}`;
}
