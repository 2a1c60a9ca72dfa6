// For node:os: a machine with nothing to do and nobody at it.

export function loadavg(): readonly number[] {
  return [0, 0, 0];
}

export function cpus(): readonly unknown[] {
  return [];
}

export function userInfo(): { readonly username: string } {
  return { username: '' };
}
