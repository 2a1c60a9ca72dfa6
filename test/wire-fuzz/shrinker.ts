// Makes a finding small: pieces are cut out, and bytes made plain, as long as it stays a finding.

/** Asks whether a smaller text is a finding still. */
export type IsFinding = (text: string) => Promise<boolean>;

export async function shrinkText(text: string, isFinding: IsFinding, mostAttempts: number): Promise<string> {
  let best = text;
  let attempts = 0;
  const tryText = async (smaller: string): Promise<boolean> => {
    if (smaller.length === 0 || attempts >= mostAttempts) return false;
    attempts += 1;
    if (!(await isFinding(smaller))) return false;
    best = smaller;
    return true;
  };
  for (let size = best.length >> 1; size >= 1; size >>= 1)
    for (let at = 0; at < best.length; )
      if (!(await tryText(best.slice(0, at) + best.slice(at + size)))) at += size;
  for (let at = 0; at < best.length; at++)
    if (/[^a-zA-Z0-9\r\n :]/.test(best[at]!)) await tryText(`${best.slice(0, at)}a${best.slice(at + 1)}`);
  return best;
}
