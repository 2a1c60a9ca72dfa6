// The library: a configuration read, a site opened, requests served. Re-exports only.

export type { ConfIo, FileFacts } from './conf/io.ts';
export { createMemoryIo } from './conf/memory-io.ts';
export type { ConfModule } from './conf/module.ts';
export type { ConfSource } from './conf/read.ts';
export { readSite, type Site, type SiteOptions, type SiteResult } from './conf/site.ts';
export { type Diagnostic, drawDiagnostic } from './kit/diagnostic.ts';
export type { Place } from './kit/place.ts';
export type { Soon } from './kit/wait.ts';
export { modules } from './modules/index.ts';
export type { Listen } from './request/core-config.ts';
export { Exchange, type Hook, type Incoming, type LiveSite, type RequestBody } from './request/exchange.ts';
export type { LogSink, SiteIo } from './request/io.ts';
export { defineModule, type HookPlace, type Hooks, type Module, type ModuleSpec } from './request/module.ts';
export type { PhaseName } from './request/phases.ts';
export { serve } from './request/serve.ts';
export { closeSite, openSite } from './request/site.ts';
export type { Answer, Sent, Transport, Tunnel, TunnelUser } from './request/transport.ts';
export { DECLINED, DONE, OK, type Verdict } from './request/verdict.ts';
export {
  ConfigurationError,
  type ServerInstance,
  type ServerOptions,
  startServer,
} from './server/instance.ts';
export { Machine } from './server/machine.ts';
export { StartError } from './server/start-error.ts';
export type { BodyContent, BodySink, BodySource } from './wire/body.ts';
export { HeaderList } from './wire/header-list.ts';
