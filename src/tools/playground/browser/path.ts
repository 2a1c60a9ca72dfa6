// For node:path, as far as absolute paths without a slash at their end go.

export function dirname(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
