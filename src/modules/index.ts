// Every module, in one list: within a phase hooks run in this order, those with a place of their own before or behind.
// To add a module, add its line here.

import type { Module } from '../request/module.ts';
import { actions } from './actions.ts';
import { alias } from './alias/index.ts';
import { allowmethods } from './allowmethods.ts';
import { app } from './app/index.ts';
import { authBasic, authDigest, authnAnon, authnCore, authnFile } from './authn/index.ts';
import { accessCompat, authzCore, authzGroupfile, authzHost, authzOwner, authzUser } from './authz/index.ts';
import { autoindex } from './autoindex/index.ts';
import { brotli } from './brotli.ts';
import { cgi } from './cgi/index.ts';
import { core, http } from './core/index.ts';
import { dbd } from './dbd/index.ts';
import { deflate } from './deflate/index.ts';
import { dir } from './dir.ts';
import { env } from './env.ts';
import { expires } from './expires/index.ts';
import { filter } from './filter/index.ts';
import { headers } from './headers/index.ts';
import { include } from './include/index.ts';
import { info } from './info/index.ts';
import { logConfig } from './log-config/index.ts';
import { logio } from './logio.ts';
import { mime } from './mime/index.ts';
import { negotiation } from './negotiation/index.ts';
import { proxyHcheck } from './proxy/hcheck/index.ts';
import {
  lbmethodBybusyness,
  lbmethodByrequests,
  lbmethodBytraffic,
  proxy,
  proxyBalancer,
  proxyConnect,
  proxyFcgi,
  proxyHttp,
  proxyHttp2,
  proxyWstunnel,
} from './proxy/index.ts';
import { ratelimit } from './ratelimit.ts';
import { remoteip } from './remoteip/index.ts';
import { reqtimeout } from './reqtimeout.ts';
import { rewrite } from './rewrite/index.ts';
import { setenvif } from './setenvif/index.ts';
import { ssl } from './ssl/index.ts';
import { status } from './status/index.ts';
import { substitute } from './substitute/index.ts';
import { uniqueId } from './unique-id.ts';
import { userdir } from './userdir.ts';
import { vhostAlias } from './vhost-alias.ts';

/** Every module that portico has, in the order in which they run. */
export const modules: readonly Module[] = [
  core,
  http,
  reqtimeout,
  // Who the client is, before anything asks for its address.
  remoteip,
  uniqueId,
  setenvif,
  // Opened before, and closed after, the rules whose maps ask it.
  dbd,
  // Opened before the proxy, which asks it for processes.
  app,
  // Rules come before mappings, and those of the proxy before aliases.
  rewrite,
  // Opened before the proxy, which fills it.
  proxyBalancer,
  lbmethodByrequests,
  lbmethodBytraffic,
  lbmethodBybusyness,
  proxy,
  proxyHttp,
  proxyHttp2,
  proxyFcgi,
  proxyWstunnel,
  // Its checks begin when the balancers are there.
  proxyHcheck,
  proxyConnect,
  alias,
  userdir,
  vhostAlias,
  allowmethods,
  ssl,
  accessCompat,
  authnFile,
  authnAnon,
  authnCore,
  authBasic,
  authDigest,
  authzCore,
  authzHost,
  authzUser,
  authzGroupfile,
  authzOwner,
  // Where a name stands for several files, the choice comes before the type.
  negotiation,
  mime,
  env,
  // What takes a directory's place is looked up once everything else is known of it.
  dir,
  headers,
  status,
  // Filters of answers; the chain has an order of its own.
  filter,
  substitute,
  deflate,
  brotli,
  ratelimit,
  expires,
  cgi,
  actions,
  autoindex,
  include,
  info,
  logConfig,
  logio,
];
