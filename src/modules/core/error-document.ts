// ErrorDocument: what a client gets instead of Apache's page.

import type { Directive } from '../../conf/directive.ts';
import { equalsIgnoreCase } from '../../kit/ascii.ts';
import type { CoreDirConfig, CoreServerConfig, ErrorDocument } from '../../request/core-config.ts';
import { knownReason } from '../../wire/reason.ts';
import { everywhere } from '../contexts.ts';

/** A document by how it is written: a path, a URL, `default`, else a text (one leading `"` is no part of it). */
function readErrorDocument(text: string): ErrorDocument {
  if (equalsIgnoreCase(text, 'default')) return { kind: 'default' };
  if (text.startsWith('/')) return { kind: 'path', path: text };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { kind: 'url', url: text };
  return { kind: 'text', text: text.startsWith('"') ? text.slice(1) : text };
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
    const document = readErrorDocument(text);
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
