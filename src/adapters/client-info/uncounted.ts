// Fields of forwarding that a request has and that do not count, with the reason: its peer is nobody's proxy, or the
// user has chosen others.

import type { ForwardedField } from './settings.ts';
import type { Telling } from './told.ts';
import { X_FORWARDED } from './x-forwarded.ts';

/** Notes every field that is not read at all. */
export function noteUncounted({ asked, peer, settings, ignored }: Telling): void {
  const stranger = peer.isTrusted ? undefined : `${peer.name} is no trusted proxy`;
  const { from, fields } = settings;
  const isOther = from === 'forwarded' ? "from is 'forwarded'" : undefined;
  for (const [field, name] of Object.entries(X_FORWARDED) as [ForwardedField, string][]) {
    const why =
      stranger ?? isOther ?? (fields.has(field) ? undefined : `'${field}' does not stand in fields`);
    if (why !== undefined) ignored.add(name, asked.field(name) ?? '', why);
  }
  const why = stranger ?? (from === 'forwarded' ? undefined : "from is 'x-forwarded'");
  if (why !== undefined) ignored.add('forwarded', asked.field('forwarded') ?? '', why);
}
