// The module that stands between the phases and the program around them: the mount path, as Apache has it for an Alias
// without the Alias, and the requests that are the program's to answer.

import { coreDir, OPT, optionsOf } from '../request/core-config.ts';
import type { Exchange } from '../request/exchange.ts';
import { defineModule, type Module } from '../request/module.ts';
import { HANDED_OVER } from '../request/serve.ts';
import { DECLINED, OK, type Verdict } from '../request/verdict.ts';
import { documentRoot } from '../request/walk.ts';
import { type FrameworkTransport, frameworkOf } from './framework-transport.ts';
import { urlForProgram } from './program-url.ts';

/** The handler and type of a directory that no index stands for (modules/dir.ts). */
const DIRECTORY = 'httpd/unix-directory';

/** The handler of a request that a rule of a folder has led elsewhere: it comes again, with that URL (modules/rewrite). */
const REDIRECTED = 'redirect-handler';

/** Behind a document root: still the same folder, and no beginning of the names of the files in it. */
const HERE = '/.';

/**
 * Below a mount path the folder is an Alias, and DocumentRoot is not: what rules answer with a path below the folder is
 * then a URL below the mount path, and not one of the root.
 */
function nameRoot(x: Exchange): Verdict {
  const framework = frameworkOf(x);
  if (framework === undefined || framework.base === '') return DECLINED;
  if (x.documentRoot === undefined) x.documentRoot = documentRoot(x) + HERE;
  return DECLINED;
}

/**
 * Finds the file below the mount path. What is outside of it has none here, and without documents nothing has one but what
 * an Alias stands for.
 */
function mapMounted(x: Exchange): Verdict {
  const framework = frameworkOf(x);
  if (framework === undefined || x.proxied) return DECLINED;
  if (!framework.hasDocuments) return x.contextDocumentRoot === undefined ? OK : DECLINED;
  if (framework.base === '') return DECLINED;
  const root = documentRoot(x);
  const name = x.filename ?? '';
  if (!root.endsWith(HERE) || !name.startsWith(`${root}/`)) return DECLINED;
  const path = name.slice(root.length);
  const { base } = framework;
  if (path !== base && !path.startsWith(`${base}/`)) return OK;
  const folder = root.slice(0, -HERE.length);
  x.filename = folder + path.slice(base.length);
  x.contextPrefix = base;
  x.contextDocumentRoot = folder;
  return DECLINED;
}

/** Where the program serves the files, nothing is known of them here: no index, no slash, no type. */
function forgetFile(x: Exchange): Verdict {
  const framework = frameworkOf(x);
  if (framework?.servesFiles !== false || x.isSubrequest()) return DECLINED;
  x.file = undefined;
  return DECLINED;
}

/** Types that scripts are known by where no handler is named. */
const OF_SCRIPTS = /^application\/x-httpd-/;

/** Whether something but a file answers: in the handler phase a type stands for a handler that nobody has named. */
function isHandled(x: Exchange): boolean {
  const { handler, contentType } = x;
  if (x.proxied) return true;
  if (handler === undefined || handler === DIRECTORY) return false;
  return contentType?.startsWith(handler) !== true || OF_SCRIPTS.test(handler);
}

function isAnsweredHere(x: Exchange, { servesFiles }: FrameworkTransport): boolean {
  if (isHandled(x)) return true;
  const { file, method } = x;
  if (file === undefined || !servesFiles) return false;
  // The program may have something to do at the URL of a file, and Apache would only send the file.
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (file.kind === 'directory') return (optionsOf(x.dirConfig) & OPT.indexes) !== 0;
  return x.pathInfo === '' || coreDir(x.dirConfig).acceptPathInfo === 'on';
}

async function give(x: Exchange, framework: FrameworkTransport): Promise<Verdict> {
  const { status, bytes, wireBytes, complete } = await framework.handOver(x, {
    url: urlForProgram(x, framework.hasDocuments),
    errorStatus: x.errorStatus,
  });
  x.status = status;
  x.bytesSent = bytes;
  x.wireBytesSent = wireBytes;
  x.complete = complete;
  x.notes.set(HANDED_OVER, '1');
  return OK;
}

/** A body that a parser of the program's has eaten: said at once, to the program, instead of a backend that waits for it. */
function refuseLostBody(x: Exchange, framework: FrameworkTransport, error: Error): Verdict {
  framework.fail(error);
  x.status = 500;
  x.complete = false;
  x.notes.set(HANDED_OVER, '1');
  return OK;
}

function handle(x: Exchange): Verdict | Promise<Verdict> {
  const framework = frameworkOf(x);
  if (framework === undefined || x.isSubrequest()) return DECLINED;
  if (framework.takesOver && !isAnsweredHere(x, framework)) return give(x, framework);
  const { lostBody } = framework;
  if (lostBody === undefined || x.body === undefined || x.handler === REDIRECTED) return DECLINED;
  if (isHandled(x)) return refuseLostBody(x, framework, lostBody);
  // A file has no use for it.
  x.body = undefined;
  return DECLINED;
}

export const handOver: Module = defineModule({
  name: 'portico_adapter',
  builtIn: true,
  directives: [],
  hooks: {
    postReadRequest: { first: nameRoot },
    mapToStorage: { first: mapMounted },
    headerParser: { first: forgetFile },
    handler: { first: handle },
  },
});
