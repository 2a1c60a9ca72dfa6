// ErrorDocument: what a client gets instead of Apache's page.

import type { Directive } from '../../conf/directive.ts';
import { equalsIgnoreCase } from '../../kit/ascii.ts';
import { compileExpr, ExprSyntaxError } from '../../kit/expr/index.ts';
import type { CoreDirConfig, CoreServerConfig, ErrorDocument } from '../../request/core-config.ts';
import { knownReason } from '../../wire/reason.ts';
import { everywhere } from '../contexts.ts';

/** A document by how it is written: a path, a URL, `default`, else a text (one leading `"` is no part of it). */
function kindOf(text: string): ErrorDocument['kind'] {
  if (equalsIgnoreCase(text, 'default')) return 'default';
  if (text.includes(' ')) return 'text';
  if (text.startsWith('/')) return 'path';
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? 'url' : 'text';
}

function readErrorDocument(text: string, isRestricted: boolean): ErrorDocument | string {
  const kind = kindOf(text);
  if (kind === 'default') return { kind };
  const plain = kind === 'text' && text.startsWith('"') ? text.slice(1) : text;
  try {
    return { kind, expr: compileExpr(plain, { kind: 'string', restricted: isRestricted }) };
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    return `Cannot parse expression in ErrorDocument: ${error.message}`;
  }
}

export const errorDocument: Directive<CoreServerConfig, CoreDirConfig> = {
  name: 'ErrorDocument',
  args: 'take2',
  contexts: everywhere,
  override: 'FileInfo',
  help: 'Change responses for HTTP errors',
  example: 'ErrorDocument 404 /errors/not-found.html',
  set(cmd, code = '', text = '') {
    const status = /^[0-9]{3}$/.test(code) ? Number(code) : 0;
    if (knownReason(status) === undefined) return `Unsupported HTTP response code ${code}`;
    const document = readErrorDocument(text, cmd.section.context === '.htaccess');
    if (typeof document === 'string') return document;
    if (status === 401 && document.kind === 'url') {
      cmd.warn(
        `AH00113: ${cmd.place.file}:${cmd.place.line} cannot use a full URL in a 401 ErrorDocument directive --- ignoring!`,
        { why: 'A redirect would hide the challenge, and no browser would ask for a password.' },
      );
      return undefined;
    }
    cmd.dir.errorDocuments = new Map([...(cmd.dir.errorDocuments ?? []), [status, document]]);
    return undefined;
  },
};
