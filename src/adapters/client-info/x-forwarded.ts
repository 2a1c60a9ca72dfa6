// X-Forwarded-For, -Host, -Proto, -Port and -Prefix: lists that every proxy appends to, or single values that one of
// them has set. They do not say which, and a client may have begun the list: what counts is read from the end.

import { ListTail } from './list-tail.ts';
import { type Party, readForwardedFor, UNKNOWN } from './node-identifier.ts';
import type { ForwardedField } from './settings.ts';
import type { Telling, Told } from './told.ts';
import { readAuthority, readPort, readPrefix, readScheme } from './values.ts';
import { type Hop, type NameNext, speakersOf, walkBack } from './way.ts';

export const X_FORWARDED: Readonly<Record<ForwardedField, string>> = {
  for: 'x-forwarded-for',
  'real-ip': 'x-real-ip',
  host: 'x-forwarded-host',
  proto: 'x-forwarded-proto',
  port: 'x-forwarded-port',
  prefix: 'x-forwarded-prefix',
};

/** Reads the fields that count. */
export function readXForwarded(telling: Telling): Told {
  const hops = readWay(telling);
  const speakers = speakersOf(hops);
  const value = <T>(field: ForwardedField, read: (text: string) => T | undefined): T | undefined => {
    const text = chooseValue(telling, field, speakers);
    const result = text === undefined ? undefined : read(text);
    if (text !== undefined && result === undefined)
      telling.ignored.add(X_FORWARDED[field], text, NOT_READ[field]);
    return result;
  };
  return {
    hops,
    scheme: value('proto', readScheme),
    authority: value('host', readAuthority),
    port: value('port', readPort),
    prefix: value('prefix', readPrefix),
  };
}

const NOT_READ: Readonly<Record<ForwardedField, string>> = {
  for: 'this is no address',
  'real-ip': 'this is no address',
  host: 'this is no host',
  proto: 'this is neither http nor https',
  port: 'this is no port',
  prefix: 'this is no path prefix',
};

function readWay(telling: Telling): readonly Hop[] {
  const { asked, settings, ignored } = telling;
  const field = settings.fields.has('real-ip') ? 'real-ip' : 'for';
  const name = X_FORWARDED[field];
  const tail = ListTail.ofWords((settings.fields.has(field) ? asked.field(name) : undefined) ?? '');
  const nameNext = (): Party | undefined => {
    const text = tail.next();
    if (text === undefined) return undefined;
    const party = readForwardedFor(text);
    if (party === undefined) ignored.add(name, text, NOT_READ[field]);
    return party ?? UNKNOWN;
  };
  const hops = walkBack({ ...telling, field: name, nameNext: field === 'for' ? nameNext : once(nameNext) });
  ignored.add(name, tail.rest, IN_FRONT);
  return hops;
}

const IN_FRONT = 'it stands before what trusted proxies wrote';

/** X-Real-IP is one value: who is named there names nobody. */
function once(nameNext: NameNext): NameNext {
  let isOver = false;
  return () => {
    if (isOver) return undefined;
    isOver = true;
    return nameNext();
  };
}

/**
 * The last value is always a proxy's, however many of them write the field. The outermost proxy's can be found only
 * where every one appends: else a client can put a value of its own into that place.
 */
function chooseValue(
  { asked, settings, ignored }: Telling,
  field: ForwardedField,
  speakers: number,
): string | undefined {
  const text = settings.fields.has(field) ? asked.field(X_FORWARDED[field]) : undefined;
  if (text === undefined) return undefined;
  const tail = ListTail.ofWords(text);
  const last = tail.next();
  if (!settings.appended.has(field)) {
    ignored.add(X_FORWARDED[field], tail.rest, speakers === 1 ? IN_FRONT : whyLast(field));
    return last;
  }
  const outermost = skip(tail, speakers - 1) ?? (speakers === 1 ? last : undefined);
  const why = `fewer values than proxies (${speakers}): the last one counts`;
  ignored.add(
    X_FORWARDED[field],
    outermost === undefined ? text : tail.rest,
    outermost === undefined ? why : IN_FRONT,
  );
  return outermost ?? last;
}

function whyLast(field: ForwardedField): string {
  return `the last value counts; name '${field}' in appended where every one of your proxies adds one`;
}

/** The last of `count` more elements. */
function skip(tail: ListTail, count: number): string | undefined {
  let element: string | undefined;
  for (let at = 0; at < count; at++) element = tail.next();
  return element;
}
