// mod_status: the `server-status` handler, a page about the server for people, or for programs with `?auto`.
// Owns when it answers and what is counted for it; figures.ts collects, report.ts and page.ts write.

import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { collectFigures } from './figures.ts';
import { drawPage } from './page.ts';
import { writeReport } from './report.ts';

/** What the query asks for: Apache looks for these words anywhere in it. */
interface Wish {
  readonly auto: boolean;
  readonly noTable: boolean;
  /** Seconds after which a browser is to ask again. */
  readonly refresh: number | undefined;
}

const DEFAULT_REFRESH = 10;

function readWish(args = ''): Wish {
  const refresh = /refresh(?:=([0-9]{1,9}))?/.exec(args);
  return {
    auto: args.includes('auto'),
    noTable: args.includes('notable'),
    refresh: refresh === null ? undefined : Number(refresh[1] ?? 0) || DEFAULT_REFRESH,
  };
}

/** On where nothing is said and the module is there. */
function isExtended(x: Exchange): boolean {
  return coreServer(x.site.main).extendedStatus ?? true;
}

function isStatus(handler: string | undefined): boolean {
  return handler === 'server-status' || handler === 'application/x-httpd-status';
}

function handle(x: Exchange): Verdict {
  x.allowed = 'GET,HEAD';
  if (x.method !== 'GET' && x.method !== 'HEAD') return DECLINED;
  const wish = readWish(x.args);
  if (wish.refresh !== undefined) x.headersOut.set('Refresh', String(wish.refresh));
  const figures = collectFigures(x, isExtended(x));
  const more = sayMore(x, wish.auto ? 'programs' : 'people');
  const text = wish.auto
    ? writeReport(figures) + more
    : drawPage(x, figures, { noTable: wish.noTable, more });
  x.contentType = `text/${wish.auto ? 'plain' : 'html'}; charset=ISO-8859-1`;
  x.responseBody = text;
  x.contentLength = text.length;
  return OK;
}

/** What other modules have to say of the server. */
function sayMore(x: Exchange, audience: 'people' | 'programs'): string {
  return x.site.modules.map((module) => (module as Module).status?.(x, audience) ?? '').join('');
}

function count(x: Exchange): Verdict {
  const { activity } = x.site;
  if (activity === undefined || !isExtended(x)) return DECLINED;
  const { sums } = activity;
  sums.accesses += 1;
  sums.bytes += x.wireBytesSent;
  sums.duration += Math.max(0, Date.now() - x.startedAt);
  return DECLINED;
}

export const status: Module = defineModule({
  name: 'status',
  directives: [],
  hooks: {
    handler: (x) => (isStatus(x.handler) ? handle(x) : DECLINED),
    logTransaction: count,
  },
});
