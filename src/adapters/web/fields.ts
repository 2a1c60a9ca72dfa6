// Header fields between the lists of this server and those of the web, which keep no spelling and no order.
// Both hold bytes as latin1.

import { HeaderList } from '../../wire/header-list.ts';

/** Fields of the web as a list; Set-Cookie stands as often as it was set. */
export function listOf(headers: Headers): HeaderList {
  const list = new HeaderList();
  for (const [name, value] of headers) list.append(name, value);
  return list;
}

/** A list as fields of the web. */
export function fieldsOf(list: HeaderList): Headers {
  const headers = new Headers();
  for (const [name, value] of list) headers.append(name, value);
  return headers;
}

/** Makes `headers` say what the list says. Throws TypeError where they are another's, as those of fetch() are. */
export function replaceFields(headers: Headers, list: HeaderList): void {
  const wanted = fieldsOf(list);
  for (const name of [...headers.keys()]) if (!wanted.has(name)) headers.delete(name);
  for (const name of new Set(wanted.keys())) {
    if (headers.get(name) === wanted.get(name)) continue;
    headers.delete(name);
    for (const value of name === 'set-cookie' ? wanted.getSetCookie() : [wanted.get(name)!])
      headers.append(name, value);
  }
}

/** Changes `headers` as `before` has become `after` (name, value, name, value …); the rest of them stays. */
export function applyChanges(headers: Headers, before: readonly string[], after: readonly string[]): void {
  const was = firstValues(before);
  const is = firstValues(after);
  for (const [name, value] of is) if (was.get(name) !== value) headers.set(name, value);
  for (const name of was.keys()) if (!is.has(name)) headers.delete(name);
}

/** What the fields of a request have joined (wire/header-list.ts) stands once under each name. */
function firstValues(flat: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!.toLowerCase();
    const before = values.get(name);
    values.set(name, before === undefined ? flat[i + 1]! : `${before}, ${flat[i + 1]}`);
  }
  return values;
}
