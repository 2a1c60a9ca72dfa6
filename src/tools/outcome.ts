// What a request comes to, from what is left of it: the answer, or what a backend or a program would have been told.

import type { Exchange } from '../request/exchange.ts';
import type { Deed } from '../request/rehearsal.ts';
import { reasonPhrase } from '../wire/reason.ts';
import type { Injected, InjectedAnswer } from './inject.ts';
import type { Chapter, Outcome } from './story.ts';
import type { Findings } from './tell.ts';

/** Of a chapter what the log says. */
type Told = Pick<Chapter, 'parts'>;

/** See the head of the file. */
export function outcomeOf(
  { last, answer, deeds }: Injected,
  chapters: readonly Told[],
  findings: Findings,
): Outcome {
  if (answer === undefined) {
    const deed = deeds.at(-1);
    return deed === undefined ? { kind: 'nothing' } : outcomeOfDeed(deed);
  }
  const { status, headers } = answer;
  const location = headers.get('location');
  if (location !== undefined && status >= 300 && status < 400 && status !== 304)
    return { kind: 'redirect', status, location };
  if (last.errorStatus !== 0 || last.isCanned) return statusOutcome(answer, last, chapters, findings);
  return served(answer, last, findings);
}

function outcomeOfDeed(deed: Deed): Outcome {
  switch (deed.kind) {
    case 'forward':
      return { kind: 'proxy', url: deed.url, address: deed.address, bytes: deed.bytes };
    case 'fastcgi':
      return {
        kind: 'fastcgi',
        url: deed.url,
        address: deed.address,
        parameters: Object.fromEntries(deed.parameters),
      };
    case 'program':
      return {
        kind: 'program',
        file: deed.file,
        words: deed.words,
        environment: Object.fromEntries(deed.environment),
      };
  }
}

function statusOutcome(
  { status, reason }: InjectedAnswer,
  last: Exchange,
  chapters: readonly Told[],
  { page }: Findings,
): Outcome {
  const document = last.errorStatus !== 0 && !last.isCanned ? last.filename : undefined;
  return {
    kind: 'status',
    status,
    reason: reason === '' ? reasonPhrase(status) : reason,
    why: whyOf(chapters),
    page: document ?? page,
  };
}

const GRAVE: ReadonlySet<string> = new Set(['emerg', 'alert', 'crit', 'error']);
const TELLING: ReadonlySet<string> = new Set([...GRAVE, 'warn', 'notice', 'info']);

/** The gravest thing that the log says; of several the first, which is what led to the others. */
function whyOf(chapters: readonly Told[]): string | undefined {
  const said = chapters.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'log' && TELLING.has(part.level) ? part : [])),
  );
  return (said.find(({ level }) => GRAVE.has(level)) ?? said.at(-1))?.text;
}

function served({ status, headers }: InjectedAnswer, last: Exchange, { handlers }: Findings): Outcome {
  const type = headers.get('content-type');
  const module = handlers.get(last) ?? 'core';
  const isRead = last.method === 'GET' || last.method === 'HEAD' || last.method === 'POST';
  if (isRead && last.file?.kind === 'file' && last.filename !== undefined && FILE_HANDLERS.has(module))
    return { kind: 'file', status, file: last.filename, type };
  return { kind: 'page', status, module, type };
}

/** Their answers are the files themselves. */
const FILE_HANDLERS: ReadonlySet<string> = new Set(['core', 'negotiation', 'include']);
