// How a URL path begins with another: by whole segments, any number of slashes standing for one.

/**
 * The number of bytes of `path` that `prefix` covers, 0 when it does not match. Each slash of the prefix takes all
 * slashes at its place, and the match ends at a segment's end: `/al` covers `/al/x` and not `/alx`.
 */
export function matchPrefix(path: string, prefix: string): number {
  let at = 0;
  for (let i = 0; i < prefix.length; i++) {
    if (prefix[i] !== '/') {
      if (path[at] !== prefix[i]) return 0;
      at++;
      continue;
    }
    if (path[at] !== '/') return 0;
    while (path[at] === '/') at++;
    while (prefix[i + 1] === '/') i++;
  }
  if (prefix.endsWith('/') || at === path.length || path[at] === '/') return at;
  return 0;
}
