// The value of a variable at this point of a pass.

import type { Answer, RewriteHost, RewriteRequest } from './host.ts';
import { Pass } from './pass.ts';
import { emptyRuleSet } from './rule-set.ts';
import { readTimeVariable, type TimeVariable } from './time-variables.ts';
import { compileVariable, type ServerVariable, type StateVariable, type Variable } from './variables.ts';

const apiVersion = '20120211:142';

/** The value of any variable; empty when it has none. */
export function readVariable(variable: Variable, pass: Pass): Answer<string> {
  if (variable.from === 'lookahead') return lookAhead(variable, pass);
  if (variable.from === 'waiting') return pass.host.waitingVariable(variable.name);
  return readVariableNow(variable, pass);
}

/** The value of a variable that never waits. */
export function readVariableNow(variable: Variable, pass: Pass): string {
  switch (variable.from) {
    case 'header':
      return readHeader(variable.name, variable.varies, pass);
    case 'env':
      return pass.host.env(variable.name) ?? '';
    case 'ssl':
      return pass.host.ssl(variable.name);
    case 'time':
      return readTime(variable.name, pass);
    case 'state':
      return readState(variable.name, pass);
    case 'server':
      return readServer(variable.name, pass);
    default:
      return '';
  }
}

/** What a look-ahead reads from the subrequest it sent: `request` and `host` are the subrequest's. */
export function readLookAhead(name: string, request: RewriteRequest, host: RewriteHost): Answer<string> {
  const variable = compileVariable(name);
  if (!variable) return '';
  return readVariable(
    variable,
    new Pass(emptyRuleSet, request, host, { directory: '', maps: emptyRuleSet.maps }),
  );
}

function readHeader(name: string, varies: boolean, pass: Pass): string {
  const value = pass.host.header(name);
  if (value === undefined) return '';
  if (varies && pass.notesHeaders) pass.varying.push(name);
  return value;
}

function readTime(name: TimeVariable, pass: Pass): string {
  const value = readTimeVariable(name, pass.host.now());
  if (name === 'TIME' && pass.traceLevel >= 1) pass.trace('variableResult', 'TIME', value);
  return value;
}

function readServer(name: ServerVariable, pass: Pass): string {
  const value = pass.host.variable(name);
  if (name === 'IPV6' && pass.traceLevel >= 1) pass.trace('variableResult', 'IPV6', value);
  return value;
}

function readState(name: StateVariable, pass: Pass): string {
  switch (name) {
    case 'REQUEST_URI':
      return pass.request.uri;
    case 'REQUEST_FILENAME':
    case 'SCRIPT_FILENAME':
      return pass.filename;
    case 'PATH_INFO':
      return pass.pathInfo;
    case 'QUERY_STRING':
      return pass.query ?? '';
    case 'IS_SUBREQ':
      return pass.request.isSubrequest ? 'true' : 'false';
    case 'API_VERSION':
      return apiVersion;
  }
}

function lookAhead(variable: Variable & { from: 'lookahead' }, pass: Pass): Answer<string> {
  if (pass.wouldLoop) return '';
  // In a folder a whole path is no file that could be named: it is looked up as a URL.
  const by = pass.directory !== undefined && pass.subject.startsWith('/') ? 'uri' : variable.by;
  const path = lookAheadPath(by, pass);
  const value = pass.host.lookAhead(by, path, variable.name);
  if (pass.traceLevel < 5) return value;
  const told = (text: string): string => {
    pass.trace('lookAhead', path, variable.name, text);
    return text;
  };
  return value instanceof Promise ? value.then(told) : told(value);
}

function lookAheadPath(by: 'uri' | 'file', pass: Pass): string {
  if (pass.directory === undefined || pass.subject.startsWith('/')) return pass.subject;
  // Apache: what stands before it is taken as it is written, `RewriteBase /x` without a slash.
  return (by === 'uri' ? (pass.set.base ?? pass.directory) : pass.directory) + pass.subject;
}
