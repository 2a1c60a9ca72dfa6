// What the test's page runs: the rule engine as a browser gets it, on rules with everything that could need a server.

import { settle } from '../../src/kit/wait.ts';
import { internalMap, isProblem, RuleSetBuilder, runServerRules } from '../../src/rules/index.ts';
import { MemoryHost } from '../../src/rules/memory-host.ts';

function rewritten(path: string): string {
  const builder = new RuleSetBuilder();
  builder.setEngine(true);
  const lower = internalMap('tolower');
  if (isProblem(lower)) return lower.error;
  builder.addMap('lower', lower);
  builder.addCondition('%{HTTP_HOST} ^shop\\.(\\w+)\\.test$ [NC]');
  builder.addRule('^/item/([[:alpha:]]+)$ http://127.0.0.1:8000/%1/${lower:$1}?q=$1 [P,QSA]');
  builder.addCondition('/srv/www%{REQUEST_URI} -f');
  builder.addRule('^ - [L]');
  builder.addRule('^/(.*)$ /index.html?page=$1 [R=301,B]');
  const host = new MemoryHost({
    headers: { host: 'Shop.example.test' },
    files: new Map([['/srv/www/style.css', 'x']]),
    server: { scheme: 'http', name: 'shop.example.test', port: 80 },
  });
  const request = {
    uri: path,
    filename: '',
    pathInfo: '',
    query: 'a=1',
    originalQuery: 'a=1',
    isSubrequest: false,
    ended: false,
    proxied: false,
  };
  const result = settle(runServerRules(builder.build(), request, host));
  if (result instanceof Promise) return 'waits';
  const { outcome } = result;
  if (outcome.kind === 'proxy') return `proxy ${outcome.url}?${result.query}`;
  return outcome.kind === 'redirect' ? `${outcome.status} ${outcome.location}` : outcome.kind;
}

/** The lines the page shows; the test runs the same here, where the engine is proven. */
export function lines(): string[] {
  return ['/item/SOCKS', '/style.css', '/a b&c'].map(rewritten);
}
