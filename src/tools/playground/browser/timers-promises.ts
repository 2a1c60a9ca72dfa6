// For node:timers/promises.

export function setTimeout(milliseconds: number): Promise<void> {
  return new Promise((resolve) => globalThis.setTimeout(resolve, milliseconds));
}

export function setImmediate(): Promise<void> {
  return setTimeout(0);
}
