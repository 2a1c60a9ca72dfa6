// Elements that bring in other answers: include, and exec with what a program says.

import { escapeHtml } from '../../request/error-page.ts';
import type { Exchange } from '../../request/exchange.ts';
import { runSubrequest } from '../../request/run-subrequest.ts';
import { runShell } from '../cgi/index.ts';
import { decodeEntities } from './codings.ts';
import type { Document } from './document.ts';
import { pathBelow } from './files.ts';
import { Abandoned } from './output.ts';
import type { Element } from './parser.ts';
import { nameVariables } from './shell-words.ts';
import { withValues } from './texts.ts';

/** By a subrequest: the document that it is a part of. */
const PARENTS: WeakMap<Exchange, Exchange> = new WeakMap();

/** The document that includes this one; it has the variables of that. */
export function parentOf(x: Exchange): Exchange | undefined {
  return PARENTS.get(x);
}

/** The mapped subrequest for an argument; undefined for a file that stands elsewhere. */
async function look(doc: Document, name: string, target: string): Promise<Exchange | undefined> {
  const { x } = doc;
  if (name !== 'file') return await x.site.lookupUri(x, target);
  const path = pathBelow(target);
  return path === undefined ? undefined : await x.site.lookupFile(x, path);
}

/** Includes what an argument names; answers Apache's complaint where it cannot. */
async function includeOne(doc: Document, name: string, value: string): Promise<string | undefined> {
  const sub = await look(doc, name, doc.expand(value));
  if (sub === undefined) return `unable to include file "${value}" in parsed file %FILE%`;
  if (sub.status !== 200)
    return `unable to include "${value}" in parsed file %FILE%, subrequest setup returned ${sub.status}`;
  if (doc.isWithoutExec && sub.contentType !== undefined && !sub.contentType.startsWith('text/'))
    return `unable to include potential exec "${value}" in parsed file %FILE%, content type not text/*`;
  PARENTS.set(sub, doc.x);
  const answer = await runSubrequest(sub);
  if ('status' in answer)
    return `unable to include "${value}" in parsed file %FILE%, subrequest returned ${answer.status}`;
  return pass(doc, () => doc.output.include(answer.body), value);
}

/** What broke off on its way is an error of the document, which goes on. */
async function pass(doc: Document, flow: () => Promise<void>, what: string): Promise<string | undefined> {
  try {
    await flow();
    return undefined;
  } catch (error) {
    if (error instanceof Abandoned) throw error;
    return `"${what}" in parsed file ${doc.x.filename} broke off: ${String(error)}`;
  }
}

const INCLUDE_ARGUMENTS = new Set(['virtual', 'file', 'onerror']);

/** Each in its turn until one fails; from there on only an `onerror` counts. */
export async function runInclude(doc: Document, element: Element): Promise<void> {
  if (!(await doc.hasArguments(element))) return;
  let hasFailed = false;
  for (const { name, value } of withValues(element)) {
    if (!INCLUDE_ARGUMENTS.has(name)) {
      await doc.fail(`AH01342: unknown parameter "${name}" to tag include in %FILE%`);
      break;
    }
    if (name !== 'file' && (name === 'onerror') !== hasFailed) continue;
    const complaint = await includeOne(doc, name, decodeEntities(value));
    if (complaint !== undefined) doc.log('error', complaint);
    if (complaint !== undefined && hasFailed) break;
    hasFailed = complaint !== undefined;
  }
  if (hasFailed) await doc.output.write(doc.errorText);
}

/** `$0` to `$9` of the document are the shell's parameters. */
async function runCommand(doc: Document, command: string): Promise<boolean> {
  const { x, variables } = doc;
  const text = nameVariables(command, (name) => variables.get(name) !== undefined);
  const parameters = variables.captures?.groups.map((group) => group ?? '') ?? [];
  const body = runShell(x, { text, parameters, environment: new Map(variables.all()) });
  if (body === undefined) return false;
  const complaint = await pass(doc, () => doc.output.include(body), command);
  if (complaint !== undefined) doc.log('error', complaint);
  return true;
}

/** The script gets path info and query of the document. */
async function runScript(doc: Document, target: string): Promise<boolean> {
  const { x } = doc;
  const sub = await x.site.lookupUri(x, target);
  if (sub.status !== 200 || sub.pathInfo !== '' || sub.args !== undefined || sub.file?.kind !== 'file')
    return false;
  sub.pathInfo = x.pathInfo;
  sub.args = x.args;
  sub.contentType = 'application/x-httpd-cgi';
  const answer = await runSubrequest(sub);
  if ('body' in answer) {
    const complaint = await pass(doc, () => doc.output.include(answer.body), target);
    if (complaint !== undefined) doc.log('error', complaint);
    return true;
  }
  const location = sub.headersOut.get('location');
  if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
    const link = escapeHtml(location);
    await doc.output.write(`<a href="${link}">${link}</a>`);
  }
  return true;
}

export async function runExec(doc: Document, element: Element): Promise<void> {
  if (!(await doc.hasArguments(element))) return;
  if (doc.isWithoutExec) return doc.fail('AH01228: exec used but not allowed in %FILE%');
  for (const { name, value } of withValues(element)) {
    const decoded = decodeEntities(value);
    if (name === 'cmd') {
      if (!(await runCommand(doc, decoded)))
        return doc.fail(`AH01229: execution failure for parameter "${name}" to tag exec in file %FILE%`);
    } else if (name === 'cgi') {
      if (!(await runScript(doc, doc.expand(decoded))))
        return doc.fail(`AH01230: invalid CGI ref "${value}" in %FILE%`);
    } else return doc.fail(`AH01231: unknown parameter "${name}" to tag exec in %FILE%`);
  }
}
