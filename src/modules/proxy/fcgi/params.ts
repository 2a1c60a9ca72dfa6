// The parameters of a FastCGI request: a script's variables as Apache sends them, adjusted by ProxyFCGISetEnvIf, with
// PHP's settings behind them.

import { settle, type Waiting } from '../../../kit/wait.ts';
import { Environment } from '../../../request/environment.ts';
import { holds, textOf } from '../../../request/evaluate.ts';
import type { Exchange } from '../../../request/exchange.ts';
import { logEvent } from '../../../request/log.ts';
import { scriptFacts } from '../../../request/script-environment.ts';
import { buildFastCgiParams } from '../../../wire/cgi-environment.ts';
import { SCRIPT_FILE } from './canonical.ts';
import type { Adjustment, FcgiConfig, PhpSettings } from './config.ts';
import { phpSettingsText } from './php-settings.ts';

const FCGI_URL = 'proxy:fcgi://';
const BALANCER_URL = 'proxy:balancer://';

/** From the path of a URL on. */
function pathOf(url: string): string | undefined {
  const slash = url.indexOf('/');
  return slash < 0 ? undefined : url.slice(slash);
}

/** Without a query that only an escaped `[P,NE]` target has. */
function withoutQuery(x: Exchange, url: string): string {
  const query = x.args === undefined || x.args === '' ? undefined : `?${x.args}`;
  return query !== undefined && url.endsWith(query) ? url.slice(0, -query.length) : url;
}

/**
 * The file name as the application is told: PHP-FPM gets the whole URL and knows by it that Apache's mod_proxy_fcgi (or
 * this) asks; others get its path.
 */
function scriptFilename(x: Exchange, config: FcgiConfig): string | undefined {
  const found = x.note(SCRIPT_FILE);
  if (found !== undefined) return found;
  const { filename } = x;
  if (filename?.startsWith(BALANCER_URL) === true) return pathOf(filename.slice(BALANCER_URL.length));
  if (config.backend !== 'generic' || filename?.startsWith(FCGI_URL) !== true) return filename;
  return pathOf(withoutQuery(x, filename.slice(FCGI_URL.length)));
}

/** False when a condition cannot be evaluated. */
function* adjust(x: Exchange, adjustments: readonly Adjustment[]): Waiting<boolean> {
  for (const { condition, name, value } of adjustments) {
    const captures = { groups: [] };
    const answer = yield* holds(x, condition, captures);
    if (answer === undefined) {
      logEvent(
        x,
        'proxy_fcgi',
        'error',
        `AH10241: fix_cgivars: Condition eval returned -1: ${condition.text}`,
      );
      return false;
    }
    if (!answer) continue;
    if (value === undefined) x.env.delete(name);
    else {
      const text = yield* textOf(x, value, captures);
      if (text !== undefined) x.env.set(name, text);
    }
  }
  return true;
}

function addPhpSettings(params: Map<string, string>, php: PhpSettings): void {
  const kinds = [
    ['PHP_VALUE', php.user],
    ['PHP_ADMIN_VALUE', php.admin],
  ] as const;
  for (const [name, settings] of kinds) {
    const text = phpSettingsText(settings, params.get(name));
    if (text !== undefined) params.set(name, text);
  }
}

/**
 * The parameters, as byte strings; undefined when they cannot be made out. Apache: they are the request's environment
 * from here on, which conditions and logs can read.
 */
export async function requestParams(
  x: Exchange,
  config: FcgiConfig,
): Promise<ReadonlyMap<string, string> | undefined> {
  x.filename = scriptFilename(x, config);
  x.env = new Environment(buildFastCgiParams(await scriptFacts(x)));
  x.coveredEnv = undefined;
  if (!(await settle(adjust(x, config.adjustments)))) return undefined;
  const params = new Map(x.env);
  if (config.php !== undefined && config.backend !== 'generic') addPhpSettings(params, config.php);
  return params;
}
