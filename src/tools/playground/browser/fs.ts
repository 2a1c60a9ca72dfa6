// For node:fs: modules that look past the machine they are given find nothing there.

export function existsSync(): boolean {
  return false;
}

export function readFileSync(path: string): never {
  throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
}
