// The drivers there are, and whether the package a driver needs is installed.

import { createRequire } from 'node:module';
import type { DbdDriver } from './driver.ts';
import { pgsql } from './pgsql.ts';
import { sqlite3 } from './sqlite3.ts';

const drivers: ReadonlyMap<string, DbdDriver> = new Map([
  ['sqlite3', sqlite3],
  ['pgsql', pgsql],
]);

export const driverNames: readonly string[] = [...drivers.keys()];

/** A driver by Apache's name for it; names are case-sensitive. */
export function findDriver(name: string): DbdDriver | undefined {
  return drivers.get(name);
}

/** Packages that only some sites need are installed by those. */
export function isInstalled(packageName: string): boolean {
  try {
    createRequire(import.meta.url).resolve(packageName);
    return true;
  } catch {
    return false;
  }
}
