// What health checks are told: the settings of a member or a template, and the named expressions. A server's own lines
// only, as in Apache: a virtual host does not see the templates and expressions of the main server.

import { lowerAscii } from '../../../kit/ascii.ts';
import type { Expr } from '../../../kit/expr/index.ts';
import type { HealthMethod } from './methods.ts';

/** How one member is checked. */
export interface HealthSettings {
  method: HealthMethod;
  /** Milliseconds between the end of a check and the next one. */
  interval: number;
  /** Checks that have to pass before a member that failed is used again. */
  passes: number;
  /** Checks that have to fail before a member is no longer used. */
  fails: number;
  /** What is asked for, behind the path of the member's URL. */
  uri: string;
  /** Name of the expression that judges the answer; '' for the status alone. */
  expr: string;
}

const DEFAULT_INTERVAL = 30_000;

/** A member that nothing is said of. */
export function noHealthChecks(): HealthSettings {
  return { method: 'NONE', interval: DEFAULT_INTERVAL, passes: 1, fails: 1, uri: '', expr: '' };
}

/** A template that nothing is said of. */
export function plainTemplate(): HealthSettings {
  return { ...noHealthChecks(), method: 'TCP' };
}

/** One ProxyHCExpr line. */
export interface HealthCondition {
  readonly name: string;
  readonly expr: Expr;
}

/** One ProxyHCTemplate line. */
export interface HealthTemplate {
  readonly name: string;
  readonly settings: HealthSettings;
}

/** The lines of one server. */
export class HealthConfig {
  readonly templates: HealthTemplate[] = [];
  /** By name in lower case. */
  readonly #conditions: Map<string, HealthCondition> = new Map();

  /** Of several of one name the first, whatever its case. */
  template(name: string): HealthSettings | undefined {
    return this.templates.find((one) => lowerAscii(one.name) === lowerAscii(name))?.settings;
  }

  /** Of several of one name the last, whatever its case. */
  addCondition(condition: HealthCondition): void {
    this.#conditions.set(lowerAscii(condition.name), condition);
  }

  condition(name: string): HealthCondition | undefined {
    return this.#conditions.get(lowerAscii(name));
  }

  get conditions(): readonly HealthCondition[] {
    return [...this.#conditions.values()];
  }
}
