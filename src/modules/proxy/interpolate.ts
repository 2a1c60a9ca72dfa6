// `${NAME}` in ProxyPass and ProxyPassReverse lines marked `interpolate`: replaced per request by the environment.

import type { Exchange } from '../../request/exchange.ts';

/** The text with each `${NAME}` replaced; names that are not set stand for nothing. */
export function interpolateEnv(x: Exchange, text: string): string {
  if (!text.includes('${')) return text;
  return text.replace(
    /\$\{([^}]*)\}/g,
    (_, name: string) => (x.hasEnv() ? x.env.get(name) : undefined) ?? '',
  );
}
