// What a request to the balancer-manager says: the pairs of its query, or of its form.

import type { Soon } from '../../../kit/wait.ts';
import type { Exchange } from '../../../request/exchange.ts';
import { BodyError } from '../../../wire/body.ts';

/** Values by name; of several of one name the last. */
export type Form = ReadonlyMap<string, string>;

/** All that a query may say: changes come in forms only. */
const IN_QUERIES: ReadonlySet<string> = new Set(['w', 'b', 'nonce', 'xml']);

/** A form is a few hundred bytes. */
const LONGEST_FORM = 16 * 1024;

/** What portico's own forms say first: that they are what a browser makes of a form, and nothing else. */
export const OWN_FORM = { name: 'encoding', value: 'form' } as const;

const IS_OWN = new RegExp(`(?:^|&)${OWN_FORM.name}=${OWN_FORM.value}(?:&|$)`);

/** The pairs of a request, or the status of a form that cannot be read. */
export function readForm(x: Exchange): Soon<Form | number> {
  if (x.method !== 'POST') return parsePairs(x.args ?? '', unescapeTwice, (name) => IN_QUERIES.has(name));
  return readBody(x).then((body) => {
    if (typeof body === 'number') return body;
    return parsePairs(body, IS_OWN.test(body) ? decodeField : unescapeTwice, () => true);
  });
}

function parsePairs(
  text: string,
  decode: (value: string) => string,
  isTaken: (name: string) => boolean,
): Form {
  const form = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = unescapeOnce(equals < 0 ? pair : pair.slice(0, equals));
    if (isTaken(name)) form.set(name, equals < 0 ? '' : decode(pair.slice(equals + 1)));
  }
  return form;
}

/** As a browser encodes a field of a form. */
function decodeField(value: string): string {
  return unescapeOnce(value.replaceAll('+', ' '));
}

/**
 * Apache: values are unescaped twice, since its own pages escape once before a browser does, and a plus is no blank.
 * What scripts send is understood as they mean it there.
 */
function unescapeTwice(value: string): string {
  return unescapeOnce(unescapeOnce(value));
}

/** What is no escape stays as it is; a NUL ends the text. */
function unescapeOnce(text: string): string {
  const plain = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const end = plain.indexOf('\0');
  return end < 0 ? plain : plain.slice(0, end);
}

/** The whole body; a number is the status of one that is too long or broken off. */
function readBody(x: Exchange): Promise<string | number> {
  const { body } = x;
  if (body === undefined) return Promise.resolve('');
  // Once: an error document for this request must not try again.
  x.body = undefined;
  return new Promise((resolve) => {
    let text = '';
    let isTooLong = false;
    body.source.start({
      data: (chunk) => {
        isTooLong ||= text.length + chunk.length > LONGEST_FORM;
        if (!isTooLong) text += chunk.toString('latin1');
        return true;
      },
      end: () => resolve(isTooLong ? 413 : text),
      fail: (error) => resolve(error instanceof BodyError ? error.status : 400),
    });
  });
}
