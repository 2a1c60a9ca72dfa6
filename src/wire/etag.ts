// Entity tags (RFC 9110 section 8.8.3): Apache's tag of a file, and the two comparisons.

/** What Apache's tag of a file is made of; FileETag chooses which parts. Times are microseconds since 1970. */
export interface FileIdentity {
  readonly size: number | bigint;
  readonly mtimeMicros: number | bigint;
  readonly inode?: number | bigint;
}

/** The parts FileETag names; Apache's default is size and mtime. */
export interface EtagParts {
  readonly inode: boolean;
  readonly size: boolean;
  readonly mtime: boolean;
}

export const ETAG_PARTS: EtagParts = { inode: false, size: true, mtime: true };

/**
 * `"INODE-SIZE-MTIME"` in hexadecimal, less the parts that are off; undefined when all are. Weak when the file changed
 * less than a second before the request, since a second change within that second would not show.
 */
export function fileEtag(
  file: FileIdentity,
  requestTimeMicros: number | bigint,
  parts: EtagParts = ETAG_PARTS,
): string | undefined {
  const words: string[] = [];
  if (parts.inode && file.inode !== undefined) words.push(file.inode.toString(16));
  if (parts.size) words.push(file.size.toString(16));
  if (parts.mtime) words.push(file.mtimeMicros.toString(16));
  if (words.length === 0) return undefined;
  const isFresh = Number(requestTimeMicros) - Number(file.mtimeMicros) < 1_000_000;
  return `${isFresh ? 'W/' : ''}"${words.join('-')}"`;
}

/** The tag of a file that was chosen from a list: another list makes another tag, a weak one a weak one. */
export function joinEtags(file: string, list: string): string {
  const isWeak = file.startsWith('W/') || list.startsWith('W/');
  const joined = `${withoutWeakness(file).slice(0, -1)};${withoutWeakness(list).slice(1)}`;
  return isWeak ? `W/${joined}` : joined;
}

/** Strong comparison: equal and neither is weak. */
export function equalsStrongly(a: string, b: string): boolean {
  return a === b && a.startsWith('"');
}

/** Weak comparison: equal but for `W/`. */
export function equalsWeakly(a: string, b: string): boolean {
  return withoutWeakness(a) === withoutWeakness(b);
}

function withoutWeakness(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}

const TAG_IN_LIST = /(?:^|,)[ \t]*((?:W\/)?"[^"]*")[ \t]*(?=,|$)/y;

/** The entity tags of an If-Match or If-None-Match list; elements that are none are passed over. */
export function parseEtagList(list: string): string[] {
  const tags: string[] = [];
  let at = 0;
  while (at < list.length) {
    TAG_IN_LIST.lastIndex = at;
    const tag = TAG_IN_LIST.exec(list);
    if (tag) tags.push(tag[1]!);
    const next = tag ? TAG_IN_LIST.lastIndex : list.indexOf(',', at + 1);
    if (next < 0) break;
    at = next;
  }
  return tags;
}
