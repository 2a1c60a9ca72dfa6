// Joining a URL-path to DocumentRoot as Apache's core does: slashes and dots are tidied, nothing leads above the root.

/** The file for a URL-path, or undefined when it would lie outside the root. */
export function underRoot(root: string, path: string): string | undefined {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) return undefined;
  }
  const base = root.endsWith('/') ? root.slice(0, -1) : root;
  const isFolder = /\/\.{0,2}$/.test(path);
  return `${base}/${names.join('/')}${isFolder && names.length > 0 ? '/' : ''}`;
}
