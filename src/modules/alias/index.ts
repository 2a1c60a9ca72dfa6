// mod_alias: URL paths that stand for other folders, and URLs that have moved.

import type { Exchange } from '../../request/exchange.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { aliasDirectives } from './alias-directives.ts';
import { type AliasDir, type AliasServer, mergeDir, mergeServer } from './config.ts';
import { mapByAlias, mapBySection } from './map.ts';
import { redirectBy, redirectSection } from './redirect.ts';
import { redirectDirectives } from './redirect-directives.ts';

export { substituteGroups } from './substitute.ts';

/** Redirects of the server come before its aliases, whatever the order in the file. */
function translateName(x: Exchange): Verdict | Promise<Verdict> {
  if (x.proxied || !x.uri.startsWith('/')) return DECLINED;
  const server = alias.server(x);
  const dir = alias.dir(x);
  // What a <Location> redirects as a whole is not looked for as a file.
  if (dir?.redirect !== undefined) return redirectSection(x, dir.redirect, dir.relative === true);
  if (server.redirects.length > 0) {
    const redirected = redirectBy(x, server.redirects, dir?.relative === true);
    if (redirected !== DECLINED) return redirected;
  }
  if (dir?.alias !== undefined) return mapBySection(x, dir.alias, dir.preservePath === true);
  return server.aliases.length > 0 ? mapByAlias(x, server.aliases) : DECLINED;
}

/** Redirects of sections and .htaccess files. */
function fixups(x: Exchange): Verdict | Promise<Verdict> {
  const dir = alias.dir(x);
  if (dir === undefined) return DECLINED;
  if (dir.redirect !== undefined) return redirectSection(x, dir.redirect, dir.relative === true);
  return dir.redirects.length === 0 ? DECLINED : redirectBy(x, dir.redirects, dir.relative === true);
}

export const alias: Module<AliasServer, AliasDir> = defineModule<AliasServer, AliasDir>({
  name: 'alias',
  directives: [...aliasDirectives, ...redirectDirectives],
  serverConfig: { create: () => ({ aliases: [], redirects: [] }), merge: mergeServer },
  dirConfig: { create: () => ({ redirects: [] }), merge: mergeDir },
  hooks: { translateName, fixups },
});
