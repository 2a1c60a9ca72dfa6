// mod_expires: how long answers may be kept, by their type: Expires, and max-age in Cache-Control.

import type { Directive } from '../../conf/directive.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import type { Exchange } from '../../request/exchange.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { formatHttpDate } from '../../wire/http-date.ts';
import { everywhere } from '../contexts.ts';
import { type ExpiryCode, readExpiryCode } from './code.ts';

interface ExpiresDir {
  isActive?: boolean;
  byDefault?: ExpiryCode;
  /** By media type in lower case; `text/*` stands for all of its kind. */
  readonly byType: ReadonlyMap<string, ExpiryCode>;
  /** A line of this section, not of an outer one, has a `*`. Apache looks for no such entry without. */
  hasWildcards: boolean;
}

type ExpiresDirective = Directive<undefined, ExpiresDir>;

const directives: readonly ExpiresDirective[] = [
  {
    name: 'ExpiresActive',
    args: 'flag',
    contexts: everywhere,
    override: 'Indexes',
    default: 'Off',
    help: "Limited to 'on' or 'off'",
    example: 'ExpiresActive On',
    set(cmd, value) {
      cmd.dir.isActive = value === 'on';
      return undefined;
    },
  },
  {
    name: 'ExpiresByType',
    args: 'take2',
    contexts: everywhere,
    override: 'Indexes',
    help: 'a MIME type followed by an expiry date code',
    example: 'ExpiresByType text/html "access plus 1 day"',
    set(cmd, type = '', text = '') {
      if (!type.includes('/')) return 'Invalid mimetype: should contain a slash';
      const code = readExpiryCode(text);
      if (typeof code === 'string') return `'ExpiresByType ${type} ${text}': ${code}`;
      (cmd.dir.byType as Map<string, ExpiryCode>).set(lowerAscii(type), code);
      if (type.endsWith('/*')) cmd.dir.hasWildcards = true;
      return undefined;
    },
  },
  {
    name: 'ExpiresDefault',
    args: 'take1',
    contexts: everywhere,
    override: 'Indexes',
    help: 'an expiry date code',
    example: 'ExpiresDefault "access plus 1 month"',
    set(cmd, text = '') {
      const code = readExpiryCode(text);
      if (typeof code === 'string') return `'ExpiresDefault ${text}': ${code}`;
      cmd.dir.byDefault = code;
      return undefined;
    },
  },
];

/** The entry for a type, else for its kind, else the default. */
function codeFor(dir: ExpiresDir, contentType: string | undefined): ExpiryCode | undefined {
  const type = lowerAscii(contentType ?? '');
  const exact = dir.byType.get(/^[^;\s]*/.exec(type)![0]);
  if (exact !== undefined || !dir.hasWildcards) return exact ?? dir.byDefault;
  const slash = type.indexOf('/');
  return (slash < 0 ? undefined : dir.byType.get(`${type.slice(0, slash)}/*`)) ?? dir.byDefault;
}

function setExpiry(x: Exchange, { base, seconds }: ExpiryCode): void {
  // A page or a script's answer was changed at no known time.
  if (base === 'modification' && x.file === undefined) return;
  const from = base === 'access' ? x.startedAt : x.file!.mtime / 1000;
  const expires = Math.max(from + seconds * 1000, x.startedAt);
  x.headersOut.merge('Cache-Control', `max-age=${Math.floor((expires - x.startedAt) / 1000)}`);
  x.headersOut.set('Expires', formatHttpDate(expires));
}

function addExpiry(x: Exchange): Verdict {
  const dir = expires.dir(x);
  if (dir?.isActive !== true || x.status >= 400 || x.isSubrequest()) return DECLINED;
  if (x.headersOut.has('expires') || x.errHeadersOut.has('expires')) return DECLINED;
  const code = codeFor(dir, x.contentType);
  if (code !== undefined) setExpiry(x, code);
  return DECLINED;
}

export const expires: Module<undefined, ExpiresDir> = defineModule<undefined, ExpiresDir>({
  name: 'expires',
  directives,
  dirConfig: {
    create: () => ({ byType: new Map(), hasWildcards: false }),
    merge: (base, add) => ({
      ...base,
      ...add,
      byType: new Map([...base.byType, ...add.byType]),
    }),
  },
  // In front of the filters of content; Header lines come behind them.
  hooks: { insertFilter: addExpiry },
});
