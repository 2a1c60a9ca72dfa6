// The default handler: files as they are (RFC 9110 section 9). Conditions and ranges are general; see request/.

import { createHash } from 'node:crypto';
import type { FileFacts } from '../../conf/io.ts';
import type { Soon } from '../../kit/wait.ts';
import { allowField, METHODS_OF_A_FILE } from '../../request/allow.ts';
import { meetsConditions } from '../../request/conditions.ts';
import { coreDir, ETAG, type EtagSetting, etagBits, type LogLevelName } from '../../request/core-config.ts';
import type { Exchange, SliceableBody } from '../../request/exchange.ts';
import { etagOfFile } from '../../request/file-etag.ts';
import type { SiteIo } from '../../request/io.ts';
import { logEvent } from '../../request/log.ts';
import { OK, type Verdict } from '../../request/verdict.ts';
import { abortContent, type BodyContent } from '../../wire/body.ts';
import { joinEtags } from '../../wire/etag.ts';
import { formatHttpDate } from '../../wire/http-date.ts';
import { isRegisteredMethod } from './methods.ts';
import { discardBody } from './request-body.ts';

/** A file's bytes. It is open already: a file that may not be read is known before anything is sent. */
class FileBody implements SliceableBody {
  readonly length: number;
  readonly #io: SiteIo;
  readonly #path: string;
  readonly #facts: FileFacts;
  #opened: BodyContent | undefined;

  constructor(io: SiteIo, path: string, facts: FileFacts) {
    this.#io = io;
    this.#path = path;
    this.#facts = facts;
    this.length = facts.size;
    this.#opened = io.openFile(path, 0, facts.size, facts);
  }

  slice(start: number, length: number): BodyContent {
    const opened = this.#opened;
    if (opened !== undefined && start === 0 && length === this.length) {
      this.#opened = undefined;
      return opened;
    }
    if (typeof opened === 'string') return opened.slice(start, start + length);
    if (Buffer.isBuffer(opened)) return opened.subarray(start, start + length);
    // Opened before the first source is given up, so that the file cannot vanish in between.
    const part = this.#io.openFile(this.#path, start, length, this.#facts);
    this.abort();
    return part;
  }

  abort(): void {
    abortContent(this.#opened);
    this.#opened = undefined;
  }
}

/** Serves the file that the request was mapped to; a body that came with the request is read and dropped. */
export function serveFile(x: Exchange): Soon<Verdict> {
  if (x.body === undefined || x.errorStatus !== 0) return serve(x);
  return discardBody(x).then((read) => (read === OK ? serve(x) : read));
}

function serve(x: Exchange): Soon<Verdict> {
  const { method } = x;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return answerOther(x, method);
  const file = x.file;
  if (file === undefined) return notFound(x, 'AH00128: File does not exist');
  if (file.kind === 'directory') return notFound(x, 'AH00129: Attempt to serve directory', 'error');
  if (x.handler?.startsWith('application/x-httpd-php') === true && OF_MOD_PHP.test(x.handler))
    return refuseSource(x);
  if (x.pathInfo !== '' && coreDir(x.dirConfig).acceptPathInfo !== 'on')
    return notFound(x, 'AH00130: File does not exist');
  // A socket, a pipe or a device: Apache would serve some of them, and hang on others.
  if (file.kind !== 'file') return notFound(x, 'AH00128: File does not exist');
  return sendFile(x, x.filename!, file);
}

/** What mod_php runs, by handler or type; not its `-source`, which is meant to be read. */
const OF_MOD_PHP = /^application\/x-httpd-php[0-9.]*$/;

/** differs: "The source of PHP scripts stays here". */
function refuseSource(x: Exchange): Verdict {
  logEvent(
    x,
    'core',
    'error',
    `refused to send a script as text: ${x.filename} is for mod_php ("${x.handler}"), which portico does not have; ` +
      'write SetHandler "proxy:unix:/run/php/php-fpm.sock|fcgi://localhost" instead (docs/php.md)',
  );
  return 500;
}

function notFound(x: Exchange, what: string, level: LogLevelName = 'info'): Verdict {
  logEvent(x, 'core', level, `${what}: ${x.filename}${x.pathInfo}`);
  return 404;
}

function sendFile(x: Exchange, path: string, file: FileFacts): Soon<Verdict> {
  let body: FileBody;
  try {
    body = new FileBody(x.site.io, path, file);
  } catch (error) {
    return cannotOpen(x, path, error);
  }
  if ((etagBits(coreDir(x.dirConfig)) & ETAG.digest) === 0) return sendOpened(x, file, body, undefined);
  return sendDigested(x, path, file, body);
}

async function sendDigested(x: Exchange, path: string, file: FileFacts, body: FileBody): Promise<Verdict> {
  try {
    return sendOpened(x, file, body, await digestEtag(x.site.io.openFile(path, 0, file.size, file)));
  } catch (error) {
    body.abort();
    throw error;
  }
}

function sendOpened(x: Exchange, file: FileFacts, body: FileBody, digest: string | undefined): Verdict {
  setValidators(x, file, digest);
  const verdict = meetsConditions(x);
  if (verdict === 'proceed') {
    x.contentLength = file.size;
    x.responseBody = body;
    return OK;
  }
  body.abort();
  // Apache: a failed condition is answered with the file's own header fields and no page.
  x.status = verdict;
  if (verdict === 412) x.contentLength = x.headOnly ? file.size : 0;
  return OK;
}

/** What is said of a state of a file. */
interface Validators {
  readonly setting: EtagSetting | undefined;
  readonly etag: string | undefined;
  readonly lastModified: string;
}

/** Of files that were changed longer ago than a second: what is said of them stays the same. */
const knownValidators: WeakMap<FileFacts, Validators> = new WeakMap();
const FRESH_MS = 1000;

function setValidators(x: Exchange, file: FileFacts, digest: string | undefined): void {
  const out = x.headersOut;
  const known = validatorsOf(x, file);
  const etag = digest ?? known.etag;
  out.set('Last-Modified', known.lastModified);
  if (etag !== undefined) out.set('ETag', x.listTag === undefined ? etag : joinEtags(etag, x.listTag));
  out.set('Accept-Ranges', coreDir(x.dirConfig).rangeLimits?.ranges === 0 ? 'none' : 'bytes');
}

/** The tag of `FileETag Digest`: what is in the file, and nothing else. */
function digestEtag(content: BodyContent): Soon<string> {
  const hash = createHash('sha1');
  const tag = (): string => `"${hash.digest('base64')}"`;
  if (typeof content === 'string' || Buffer.isBuffer(content)) {
    hash.update(typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
    return tag();
  }
  return new Promise((resolve, reject) => {
    content.start({
      data(chunk) {
        hash.update(chunk);
        return true;
      },
      end: () => resolve(tag()),
      fail: reject,
    });
  });
}

function validatorsOf(x: Exchange, file: FileFacts): Validators {
  const setting = coreDir(x.dirConfig).fileETag;
  const known = knownValidators.get(file);
  if (known !== undefined && known.setting === setting) return known;
  const validators: Validators = {
    setting,
    etag: etagOfFile(file, x.dirConfig, x.startedAt),
    lastModified: lastModified(x, file),
  };
  if (x.startedAt - file.mtime / 1000 > FRESH_MS) knownValidators.set(file, validators);
  return validators;
}

/** A date in the future would never let the file be fresh (RFC 9110 section 8.8.2.1). */
function lastModified(x: Exchange, file: FileFacts): string {
  return formatHttpDate(Math.min(file.mtime / 1000, x.startedAt));
}

function cannotOpen(x: Exchange, path: string, error: unknown): Verdict {
  const code = (error as { code?: string }).code;
  const isGone = code === 'ENOENT' || code === 'ENOTDIR';
  // A file that went while it was asked for; a name that is no path never was one.
  if (isGone && path.startsWith('/')) return notFound(x, 'AH00128: File does not exist');
  logEvent(
    x,
    'core',
    'error',
    `AH00132: file permissions deny server access: ${path} (${code ?? String(error)})`,
  );
  return 403;
}

function answerOther(x: Exchange, method: string): Verdict {
  x.allowed = METHODS_OF_A_FILE;
  if (!isRegisteredMethod(method)) {
    logEvent(x, 'core', 'error', `AH00135: Invalid method in request ${x.requestLine}`);
    return 501;
  }
  if (method !== 'OPTIONS') return 405;
  x.headersOut.set('Allow', allowField(x));
  x.contentLength = 0;
  return OK;
}
