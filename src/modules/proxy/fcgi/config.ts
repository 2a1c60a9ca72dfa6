// What the directives of mod_proxy_fcgi, and PHP's, say in a section, and how sections inherit it.

import type { Expr } from '../../../kit/expr/index.ts';

/** One ProxyFCGISetEnvIf line. */
export interface Adjustment {
  readonly condition: Expr;
  readonly name: string;
  /** Undefined: the variable is taken away. */
  readonly value: Expr | undefined;
}

/** Settings of PHP by name, for scripts to override and not. */
export interface PhpSettings {
  readonly user: ReadonlyMap<string, string>;
  readonly admin: ReadonlyMap<string, string>;
}

export interface FcgiConfig {
  /** FPM where nothing is said. */
  backend?: 'fpm' | 'generic';
  adjustments: readonly Adjustment[];
  php?: PhpSettings;
}

const NONE: readonly Adjustment[] = [];

export function createConfig(): FcgiConfig {
  return { adjustments: NONE };
}

export function mergeConfig(base: FcgiConfig, add: FcgiConfig): FcgiConfig {
  const merged: FcgiConfig = { ...base, ...add, adjustments: [...base.adjustments, ...add.adjustments] };
  const php = mergePhp(base.php, add.php);
  if (php !== undefined) merged.php = php;
  return merged;
}

function mergePhp(base: PhpSettings | undefined, add: PhpSettings | undefined): PhpSettings | undefined {
  if (base === undefined || add === undefined) return add ?? base;
  return {
    user: new Map([...base.user, ...add.user]),
    admin: new Map([...base.admin, ...add.admin]),
  };
}
