// The request methods that Apache has names for. HEAD counts as GET wherever methods are listed.

const REGISTERED: ReadonlySet<string> = new Set([
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

/** True for the methods that Apache knows; names are compared with case (RFC 9110 section 9.1). */
export function isRegisteredMethod(method: string): boolean {
  return REGISTERED.has(method);
}

/** The method under which HEAD and GET are one. */
export function methodClass(method: string): string {
  return method === 'HEAD' ? 'GET' : method;
}
