// Explaining: one request put to an opened site, and its whole story.

import type { Server } from '../conf/server.ts';
import { coreServer } from '../request/core-config.ts';
import type { Exchange, LiveSite } from '../request/exchange.ts';
import { isNameOf } from '../request/vhosts.ts';
import { findClientLoop } from './client-loop.ts';
import { findLoop } from './find-loop.ts';
import type { Injected, RehearsedSite, Step } from './inject.ts';
import { lineOf } from './line.ts';
import { outcomeOf } from './outcome.ts';
import { type Put, putQuestion, type Question } from './question.ts';
import type { Story } from './story.ts';
import { Teller } from './tell.ts';

export interface Explained {
  readonly story: Story;
  /** What is left of the request, for those who want more than its story. */
  readonly injected: Injected;
}

export interface ExplainOptions {
  /** Variables of the request's environment, set before anything runs. */
  readonly environment?: ReadonlyMap<string, string>;
  /** Also told of every step. */
  readonly onStep?: (step: Step) => void;
}

/** Puts a question and tells what happened, also to a client that follows redirects. */
export async function explainQuestion(
  site: RehearsedSite,
  question: Question,
  options: ExplainOptions = {},
): Promise<Explained> {
  const explained = await explain(site, putQuestion(question, site.live), options);
  const clientLoop = await findClientLoop(site, question, explained.story);
  return { ...explained, story: { ...explained.story, clientLoop } };
}

/** Sends a request through the site and tells what happened. */
export async function explain(
  site: RehearsedSite,
  put: Put,
  { environment, onStep }: ExplainOptions = {},
): Promise<Explained> {
  const teller = new Teller();
  const injected = await site.inject(put.bytes, {
    ends: put.ends,
    ...(environment === undefined ? {} : { environment }),
    onStep(step) {
      teller.take(step);
      onStep?.(step);
    },
  });
  const { chapters, findings } = teller;
  const story: Story = {
    method: put.method,
    url: put.url,
    server: describeServer(site.live, injected.first),
    chapters,
    outcome: outcomeOf(injected, chapters, findings),
    headers: headersOf(injected),
    loop: findLoop(chapters),
    clientLoop: undefined,
    remarks: put.remarks,
  };
  return { story, injected };
}

function headersOf({ answer }: Injected): [string, string][] {
  return [...(answer?.headers ?? [])];
}

function describeServer(live: LiveSite, { server, hostname }: Exchange): Story['server'] {
  const name = coreServer(server).serverName ?? (addressesOf(server) || 'the main server');
  return {
    name,
    line: server.isMain ? undefined : lineOf(server.place),
    why: whyServer(live, server, hostname),
  };
}

function addressesOf(server: Server): string {
  return server.addresses.map(({ text }) => text).join(' ');
}

function whyServer(live: LiveSite, server: Server, hostname: string): string {
  if (live.servers.length === 1) return 'the only server';
  if (server.isMain) return 'the main server: no <VirtualHost> has this address and port';
  const addresses = addressesOf(server);
  if (hostname === '') return `the first of ${addresses}: the request names no host`;
  if (!isNameOf(server, hostname)) return `the first of ${addresses}: no host there is called ${hostname}`;
  return coreServer(server).serverName?.toLowerCase() === hostname
    ? 'by its ServerName'
    : 'by its ServerAlias';
}
