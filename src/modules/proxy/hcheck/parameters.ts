// The parameters that begin with `hc`, of members and of templates alike: one entry each, its check in Apache's words.

import { leadingInteger, parseDuration } from '../duration.ts';
import type { HealthConfig, HealthSettings } from './config.ts';
import { readHealthMethod } from './methods.ts';

/** Sets one parameter; answers Apache's sentence when it cannot be. */
type Setter = (settings: HealthSettings, value: string, config: HealthConfig) => string | undefined;

/** Apache looks for something to do ten times a second: checks cannot be closer. */
export const SHORTEST_INTERVAL = 100;

/** Room for a path, in Apache's memory. */
export const LONGEST_URI = 64;

const SETTERS: { readonly [name: string]: Setter } = {
  hctemplate: (settings, value, config) => {
    const template = config.template(value);
    if (template === undefined) return `Unknown ProxyHCTemplate name: ${value}`;
    Object.assign(settings, template);
    return undefined;
  },
  hcmethod: (settings, value) => {
    const found = readHealthMethod(value);
    if (typeof found === 'string') return found;
    settings.method = found.method;
    return undefined;
  },
  hcinterval: (settings, value) => {
    const interval = parseDuration(value, 's');
    if (interval === undefined) return 'Unparse-able hcinterval setting';
    if (interval < SHORTEST_INTERVAL) {
      return `Interval must be a positive value greater than ${SHORTEST_INTERVAL}ms`;
    }
    settings.interval = interval;
    return undefined;
  },
  hcpasses: (settings, value) => {
    const passes = leadingInteger(value);
    if (passes < 0) return 'Passes must be a positive value';
    settings.passes = passes;
    return undefined;
  },
  hcfails: (settings, value) => {
    const fails = leadingInteger(value);
    if (fails < 0) return 'Fails must be a positive value';
    settings.fails = fails;
    return undefined;
  },
  hcuri: (settings, value) => {
    if (value.length >= LONGEST_URI) return `Health check uri length must be < ${LONGEST_URI} characters`;
    settings.uri = value;
    return undefined;
  },
  hcexpr: (settings, value, config) => {
    if (config.condition(value) === undefined) return `Unknown health check condition expr: ${value}`;
    settings.expr = value;
    return undefined;
  },
};

/** Sets one parameter of a member or a template; answers Apache's sentence when it cannot be, or is none. */
export function setHealthParameter(
  settings: HealthSettings,
  name: string,
  value: string,
  config: HealthConfig,
): string | undefined {
  const key = name.toLowerCase();
  if (!Object.hasOwn(SETTERS, key)) return 'unknown Worker hcheck parameter';
  return SETTERS[key]!(settings, value, config);
}
