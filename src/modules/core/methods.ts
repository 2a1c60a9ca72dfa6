// The request methods that have names: Apache's, and those that RegisterHttpMethod adds for the whole process.
// HEAD counts as GET wherever methods are listed.

const REGISTERED: Set<string> = new Set([
  'GET',
  'HEAD',
  'PUT',
  'POST',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'PROPFIND',
  'PROPPATCH',
  'MKCOL',
  'COPY',
  'MOVE',
  'LOCK',
  'UNLOCK',
  'VERSION-CONTROL',
  'CHECKOUT',
  'UNCHECKOUT',
  'CHECKIN',
  'UPDATE',
  'LABEL',
  'REPORT',
  'MKWORKSPACE',
  'MKACTIVITY',
  'BASELINE-CONTROL',
  'MERGE',
]);

/** Apache keeps them as the bits of one number. */
export const MOST_METHODS = 64;

/** Gives a method a name; false when there are too many. */
export function registerMethod(method: string): boolean {
  if (REGISTERED.size >= MOST_METHODS && !REGISTERED.has(method)) return false;
  REGISTERED.add(method);
  return true;
}

/** True for the methods that Apache knows; names are compared with case (RFC 9110 section 9.1). */
export function isRegisteredMethod(method: string): boolean {
  return REGISTERED.has(method);
}

/** The method under which HEAD and GET are one. */
export function methodClass(method: string): string {
  return method === 'HEAD' ? 'GET' : method;
}
