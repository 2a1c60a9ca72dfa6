// Scripts get root's powers only where the configuration asks for them.
// differs: "Scripts do not run as root by accident".

import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';

export function isRootByAccident(x: Exchange): boolean {
  return process.getuid?.() === 0 && coreServer(x.site.main).user === undefined;
}
