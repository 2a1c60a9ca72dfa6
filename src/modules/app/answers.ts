// What a client gets instead of the application's answer: the waiting page, the site's own page for it, or 503. All of
// them say when to come again.

import type { AppRefusal, AppReport, Apps } from '../../request/apps.ts';
import { coreDir } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { serverName } from '../../request/self-url.ts';
import { OK, type Verdict } from '../../request/verdict.ts';
import type { AppEntry } from './config.ts';
import { type PageText, textOf } from './page-text.ts';
import { isLoopback } from './values.ts';
import { drawWaitingPage, WAITING_PAGE_POLICY } from './waiting-page.ts';

/** A file of the site's own is read whole for each visit up to this size. */
const LARGEST_PAGE = 1024 * 1024;

/** 503, with the reason in the log. */
export function refuse(x: Exchange, { why, cause, retryAfter }: AppRefusal): Verdict {
  const level = cause === 'queue-full' || cause === 'not-ready' ? 'warn' : 'error';
  logEvent(x, 'app', level, `${why}; answering 503`);
  x.errHeadersOut.set('Retry-After', String(retryAfter));
  x.errHeadersOut.set('Cache-Control', 'no-store');
  return 503;
}

/** Answers a person's browser: with a page where there is one to show, else as everybody. */
export function answerPage(
  x: Exchange,
  { spec, waitingPage }: AppEntry,
  refusal: AppRefusal,
  apps: Apps,
): Verdict {
  const report = recentReport(apps, spec.name, x.site.io.now());
  const text = textOf(report, x.site.io.now());
  // Where nothing is under way, a page that was written for the site's errors says it better.
  const isOwn = waitingPage.kind === 'file' || coreDir(x.dirConfig).errorDocuments?.has(503) === true;
  if (!text.isHopeful && isOwn) return refuse(x, refusal);
  logEvent(x, 'app', 'info', `${refusal.why}; showing the waiting page`);
  if (waitingPage.kind === 'file' && sendFile(x, waitingPage.path)) return say(x, text);
  const details = isAtThisMachine(x) ? report : undefined;
  setBody(x, drawWaitingPage({ host: serverName(x), text, details }), 'text/html; charset=utf-8');
  x.headersOut.set('Content-Security-Policy', WAITING_PAGE_POLICY);
  return say(x, text);
}

/** A report costs a look at the system: a crowd of visitors shares one. */
const SHARED_MS = 500;

interface RecentReport {
  readonly at: number;
  readonly report: AppReport | undefined;
}

const recent: WeakMap<Apps, Map<string, RecentReport>> = new WeakMap();

function recentReport(apps: Apps, name: string, now: number): AppReport | undefined {
  const known: Map<string, RecentReport> = recent.get(apps) ?? new Map();
  recent.set(apps, known);
  const last = known.get(name);
  if (last !== undefined && now - last.at < SHARED_MS && now >= last.at) return last.report;
  const report = apps.report(name);
  known.set(name, { at: now, report });
  return report;
}

function setBody(x: Exchange, body: string, type: string): void {
  x.responseBody = body;
  x.contentLength = body.length;
  x.contentType = type;
}

/** False when the file cannot be read any more. */
function sendFile(x: Exchange, path: string): boolean {
  try {
    const facts = x.site.io.stat(path);
    if (facts?.kind !== 'file' || facts.size > LARGEST_PAGE) throw new Error('not a file of less than 1 MB');
    setBody(x, x.site.io.read(path), 'text/html');
    return true;
  } catch (error) {
    logEvent(x, 'app', 'error', `AppWaitingPage ${path}: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

/** The fields that keep the page from being taken for the site's own. */
function say(x: Exchange, { refresh }: PageText): Verdict {
  x.status = 503;
  x.isCanned = true;
  x.headersOut.set('Retry-After', String(refresh));
  // Pages of the site's own need not know how to ask again.
  x.headersOut.set('Refresh', String(refresh));
  x.headersOut.set('Cache-Control', 'no-store');
  x.headersOut.set('X-Robots-Tag', 'noindex');
  return OK;
}

/** Fields that programs between here and the client add. */
const OF_PROXIES: readonly string[] = [
  'x-forwarded-for',
  'x-forwarded-host',
  'forwarded',
  'via',
  'x-real-ip',
];

/**
 * The visitor sits at this machine: the connection comes from loopback, no proxy has passed the request on, and it asks
 * for this machine by a name of loopback, which pages of other sites cannot do (DNS rebinding).
 */
function isAtThisMachine(x: Exchange): boolean {
  if (!isLoopback(x.transport.remoteAddress) || !isLoopback(x.clientAddress)) return false;
  if (OF_PROXIES.some((name) => x.headers.has(name))) return false;
  return isLoopback(x.hostname.replace(/^\[|\]$/g, '')) || x.hostname.endsWith('.localhost');
}
