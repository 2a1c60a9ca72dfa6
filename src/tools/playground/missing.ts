// What a browser cannot do. Whatever stands there for a part of Node says so here, and the answer says it instead of
// showing the error that a server would have made of it.

let said: string | undefined;

/** Stops what is under way; `what` completes the sentence "a browser cannot …". */
export function missing(what: string): never {
  said ??= `a browser cannot ${what}: ask portico on a machine, with portico explain`;
  throw new Error(said);
}

/** What was missing since this was asked last. */
export function takeMissing(): string | undefined {
  const text = said;
  said = undefined;
  return text;
}
