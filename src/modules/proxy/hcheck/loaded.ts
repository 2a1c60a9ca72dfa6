// Where the parameters of workers find the templates and expressions of their server.

import type { Command } from '../../../conf/command.ts';
import type { HealthConfig } from './config.ts';

/** Answers those of the server that is being configured; undefined where mod_proxy_hcheck is not loaded. */
export function healthOf(
  cmd: Command<{ readonly health: HealthConfig }, unknown>,
): () => HealthConfig | undefined {
  return () => (cmd.hasModule('proxy_hcheck_module') ? cmd.config.health : undefined);
}
