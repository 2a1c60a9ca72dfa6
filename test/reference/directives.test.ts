// The directives that portico has beside those that Apache has: how many, and whether they may stand in the same places.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { directiveList, type ListedDirective } from '../../src/commands/directives.ts';
import { modules } from '../../src/modules/index.ts';

interface Recorded {
  readonly module: string;
  readonly name: string;
  readonly where: string;
  readonly override: string;
}

function recorded(): Recorded[] {
  const text = readFileSync(join(import.meta.dirname, 'apache-directives.txt'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [module = '', name = '', where = '', override = ''] = line.split(' ');
    return { module, name, where, override };
  });
}

/** The modules that portico means to have whole. */
const MEANT =
  `core http so alias dir mime negotiation autoindex authz_core authz_host authz_user authz_groupfile
authn_core authn_file auth_basic auth_digest access_compat headers env setenvif expires deflate brotli filter remoteip
allowmethods reqtimeout log_config unique_id status info version macro userdir vhost_alias actions cgi include substitute
ratelimit rewrite proxy proxy_http proxy_wstunnel proxy_fcgi proxy_connect proxy_hcheck unixd mpm_event mpm_prefork`.split(
    /\s+/,
  );

/** Left out on purpose: Windows, profilers, and what only another build of Apache has. */
const NOT_MEANT = new Set(['gprofdir', 'unclist', 'protocolecho']);

/** Where Apache's table says one thing and its code, and its manual, another. */
const SAID_OTHERWISE = new Set([
  // Only outside of virtual hosts and sections.
  'undefine',
  // Only valid in per-directory config files.
  'rewritebase',
  // In <Proxy> sections, too.
  ...recorded().flatMap(({ name }) => (name.startsWith('SSLProxy') ? [name.toLowerCase()] : [])),
]);

const known = new Map(directiveList(modules).map((entry) => [keyOf(entry), entry]));

function keyOf({ name, isSection }: ListedDirective): string {
  return `${isSection ? '<' : ''}${name}`.toLowerCase();
}

const wanted = recorded().filter(({ name }) => !NOT_MEANT.has(name.toLowerCase()));

interface Share {
  readonly all: number;
  readonly accepted: number;
  readonly working: number;
  readonly missing: readonly string[];
}

function shareOf(entries: readonly Recorded[]): Share {
  const found = entries.map(({ name }) => known.get(name.toLowerCase()));
  return {
    all: entries.length,
    accepted: found.filter((entry) => entry !== undefined).length,
    working: found.filter((entry) => entry !== undefined && entry.noEffect === undefined).length,
    missing: entries.filter((_, at) => found[at] === undefined).map(({ name }) => name),
  };
}

function percent(part: number, all: number): string {
  return all === 0 ? '-' : `${Math.floor((100 * part) / all)} %`;
}

const table: string[] = [];

afterAll(() => {
  console.log(['module: known, with effect, of all; what is missing', ...table].join('\n'));
});

describe("Apache's directives", () => {
  it('are recorded, of every module that is meant', () => {
    expect(wanted.length).toBeGreaterThan(600);
    const without = MEANT.filter((module) => !wanted.some((entry) => entry.module === module));
    // These have none of their own.
    expect(without.sort()).toEqual(
      ['authz_host', 'authz_user', 'proxy_http', 'ratelimit', 'status', 'unique_id'].sort(),
    );
  });

  it('are there to at least the share that was reached', () => {
    for (const module of MEANT) {
      const { all, accepted, working, missing } = shareOf(wanted.filter((entry) => entry.module === module));
      if (all === 0) continue;
      table.push(
        `${module}: ${accepted}, ${working}, ${all} (${percent(accepted, all)}) ${missing.join(' ')}`,
      );
    }
    const total = shareOf(wanted.filter(({ module }) => MEANT.includes(module)));
    table.push(
      `in all: ${total.accepted} (${percent(total.accepted, total.all)}), ${total.working} with effect (${percent(total.working, total.all)}), of ${total.all}`,
    );
    expect(total.accepted / total.all).toBeGreaterThan(0.85);
  });

  it('of the core, of mod_so and of the MPMs are all known', () => {
    const own = ['core', 'http', 'so', 'info', 'version', 'macro', 'unixd', 'mpm_event', 'mpm_prefork'];
    const missing = own.flatMap(
      (module) => shareOf(wanted.filter((entry) => entry.module === module)).missing,
    );
    expect(missing).toEqual([]);
  });

  it('may stand where Apache lets them stand', () => {
    const wrong: string[] = [];
    for (const { name, where, override } of wanted) {
      const entry = known.get(name.toLowerCase());
      if (entry === undefined || SAID_OTHERWISE.has(name.toLowerCase())) continue;
      const isInside = entry.contexts.includes('directory');
      const isOutside = entry.contexts.includes('server config') || entry.contexts.includes('virtual host');
      const own = isInside && isOutside ? 'anywhere' : isInside ? 'inside' : 'outside';
      const ownOverride = entry.override.length === 0 ? '-' : [...entry.override].sort().join(',');
      const theirs = override.split(',').sort().join(',');
      if (own !== where || ownOverride !== theirs)
        wrong.push(`${name}: ${own} ${ownOverride}, Apache: ${where} ${theirs}`);
    }
    expect(wrong).toEqual([]);
  });
});
