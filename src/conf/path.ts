// Paths of a configuration: absolute ones, and relative ones that stand under ServerRoot.

/** An absolute path without `.`, `..`, doubled or trailing slashes; a relative `path` stands under `root`. */
export function resolvePath(root: string, path: string): string {
  return normalisePath(path.startsWith('/') ? path : `${root}/${path}`);
}

/** The path with its `.`, `..` and doubled slashes taken out; keeps a relative path relative. */
export function normalisePath(path: string): string {
  const absolute = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!absolute) kept.push(part);
  }
  return (absolute ? '/' : '') + kept.join('/');
}
