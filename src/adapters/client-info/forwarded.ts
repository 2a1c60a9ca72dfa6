// The field Forwarded (RFC 7239): every proxy appends one element in which all that it knows stands together, so that
// what a client sends can never be taken for a proxy's word.

import type { Authority } from '../../wire/authority.ts';
import { type ForwardedElement, parseForwardedElement } from './forwarded-element.ts';
import type { IgnoredList } from './ignored.ts';
import { ListTail } from './list-tail.ts';
import { type Party, readNode, UNKNOWN } from './node-identifier.ts';
import type { Telling, Told } from './told.ts';
import { readAuthority, readScheme, type Scheme } from './values.ts';
import { walkBack } from './way.ts';

const FIELD = 'forwarded';

export function readForwarded(telling: Telling): Told {
  const { asked, ignored } = telling;
  const tail = ListTail.ofQuotables(asked.field(FIELD) ?? '');
  const elements: ForwardedElement[] = [];
  const nameNext = (): Party | undefined => {
    const text = tail.next();
    if (text === undefined) return undefined;
    const element = parseForwardedElement(text);
    if (element === undefined) ignored.add(FIELD, text, 'this is no element of RFC 7239');
    else elements.push(element);
    return element === undefined ? UNKNOWN : readFor(element, ignored);
  };
  const hops = walkBack({ ...telling, field: FIELD, nameNext });
  ignored.add(FIELD, tail.rest, 'it stands before what trusted proxies wrote');
  return { hops, ...readOutermost(elements, ignored) };
}

function readFor(element: ForwardedElement, ignored: IgnoredList): Party {
  const text = element.get('for') ?? 'unknown';
  const party = readNode(text);
  if (party === undefined) ignored.add(FIELD, `for=${text}`, 'this is no address');
  return party ?? UNKNOWN;
}

/** The proxy next to the client knows best; what it does not say, the next one does. */
function readOutermost(
  elements: readonly ForwardedElement[],
  ignored: IgnoredList,
): { scheme: Scheme | undefined; authority: Authority | undefined } {
  const first = <T>(name: string, read: (text: string) => T | undefined, why: string): T | undefined => {
    for (const element of elements.toReversed()) {
      const text = element.get(name);
      const value = text === undefined ? undefined : read(text);
      if (value !== undefined) return value;
      if (text !== undefined) ignored.add(FIELD, `${name}=${text}`, why);
    }
    return undefined;
  };
  return {
    scheme: first('proto', readScheme, 'this is neither http nor https'),
    authority: first('host', readAuthority, 'this is no host'),
  };
}
