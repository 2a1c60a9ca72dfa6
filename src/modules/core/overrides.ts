// What the configuration says of content against its name: ForceType, SetHandler, AddDefaultCharset.

import { type Expr, runString } from '../../kit/expr/index.ts';
import { settle } from '../../kit/wait.ts';
import { type CoreDirConfig, coreDir } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { exprHost } from '../../request/expr-host.ts';
import { addOutputFilters } from '../../request/output-filters.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';

/** What SetHandler sets; an expression takes the place of the text. */
export interface HandlerSetting extends CoreDirConfig {
  handlerExpr?: Expr | undefined;
}

/** First of the fixups: ForceType and SetHandler win over what the name says; `none` leaves it alone. */
export function overrideType(x: Exchange): Verdict | Promise<Verdict> {
  const { forceType, setHandler, handlerExpr }: HandlerSetting = coreDir(x.dirConfig);
  if (forceType !== undefined && forceType !== 'none') x.contentType = forceType;
  if (handlerExpr !== undefined) return evaluateHandler(x, handlerExpr);
  if (setHandler !== undefined && setHandler !== 'none') x.handler = setHandler;
  return DECLINED;
}

async function evaluateHandler(x: Exchange, expr: Expr): Promise<Verdict> {
  const handler = await settle(runString(expr, exprHost(x)));
  if (handler !== 'none') x.handler = handler;
  return DECLINED;
}

/** First of what changes an answer: its filters are known, behind those by extension, and its charset. */
export function beginChanges(x: Exchange): Verdict {
  const { outputFilters, addDefaultCharset } = coreDir(x.dirConfig);
  if (outputFilters !== undefined) addOutputFilters(x, outputFilters);
  return addDefaultCharset === undefined ? DECLINED : addCharset(x, addDefaultCharset);
}

/** AddDefaultCharset speaks of text/plain and text/html that do not name one. */
function addCharset(x: Exchange, charset: string | false): Verdict {
  if (charset === false || x.contentType === undefined) return DECLINED;
  const type = x.contentType.toLowerCase();
  const plain = /^[^; \t]*/.exec(type)![0];
  if ((plain === 'text/plain' || plain === 'text/html') && !type.includes('charset='))
    x.contentType = `${x.contentType}; charset=${charset}`;
  return DECLINED;
}
