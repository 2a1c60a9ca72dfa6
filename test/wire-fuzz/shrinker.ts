// Makes a finding small: pieces are cut out, and bytes made plain, as long as it stays a finding of its kind.

import { streamOf } from '../fuzz/random.ts';
import type { FuzzInput } from './input.ts';
import type { FaultKind, Inspector } from './inspector.ts';

/** Attempts for one finding. */
const MOST_ATTEMPTS = 3000;

export async function shrinkInput(
  input: FuzzInput,
  kind: FaultKind,
  inspector: Inspector,
): Promise<FuzzInput> {
  let attempts = 0;
  let best = input;
  const isFinding = async (text: string): Promise<boolean> => {
    if (text.length === 0 || attempts >= MOST_ATTEMPTS) return false;
    attempts += 1;
    const { fault } = await inspector.inspect({ ...input, text }, streamOf(1, attempts));
    return fault?.kind === kind;
  };
  for (let size = best.text.length >> 1; size >= 1; size >>= 1)
    for (let at = 0; at < best.text.length; ) {
      const text = best.text.slice(0, at) + best.text.slice(at + size);
      if (await isFinding(text)) best = { ...best, text };
      else at += size;
    }
  for (let at = 0; at < best.text.length; at++) {
    const text = `${best.text.slice(0, at)}a${best.text.slice(at + 1)}`;
    if (/[^a-zA-Z0-9\r\n :]/.test(best.text[at]!) && (await isFinding(text))) best = { ...best, text };
  }
  return best;
}
