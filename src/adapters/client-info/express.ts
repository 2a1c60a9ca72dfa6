// Express (and Connect, and whatever else hands requests of node:http to functions): `req.clientInfo`.

import { type ClientInfo, createClientInfo } from './client-info.ts';
import type { NodeRequest } from './node-request.ts';
import type { ClientInfoOptions } from './settings.ts';

declare global {
  namespace Express {
    interface Request {
      /** Set by expressClientInfo. */
      readonly clientInfo: ClientInfo;
    }
  }
}

/** A function for `app.use`. */
export type ExpressMiddleware = (request: NodeRequest, response: unknown, next: () => void) => void;

/** Middleware that sets `req.clientInfo`. Express's own `trust proxy` plays no part in it. */
export function expressClientInfo(options: ClientInfoOptions): ExpressMiddleware {
  const clientInfo = createClientInfo(options);
  return (request, _response, next) => {
    Object.assign(request, { clientInfo: clientInfo(request) });
    next();
  };
}
