// The variables and functions expressions know (manual: expr.html, "Variables" and "Functions").

/** Variables that stand for a request header; reading one makes the answer vary with it. */
export const HEADER_VARIABLES: ReadonlyMap<string, string> = new Map([
  ['HTTP_ACCEPT', 'Accept'],
  ['HTTP_COOKIE', 'Cookie'],
  ['HTTP_FORWARDED', 'Forwarded'],
  ['HTTP_HOST', 'Host'],
  ['HTTP_PROXY_CONNECTION', 'Proxy-Connection'],
  ['HTTP_REFERER', 'Referer'],
  ['HTTP_USER_AGENT', 'User-Agent'],
]);

/** Variables the host is asked for. */
export const EXPR_VARIABLES: ReadonlySet<string> = new Set(
  `REQUEST_METHOD REQUEST_SCHEME REQUEST_URI DOCUMENT_URI REQUEST_FILENAME SCRIPT_FILENAME LAST_MODIFIED
  SCRIPT_USER SCRIPT_GROUP PATH_INFO QUERY_STRING IS_SUBREQ THE_REQUEST REMOTE_ADDR REMOTE_PORT REMOTE_HOST
  REMOTE_USER REMOTE_IDENT SERVER_NAME SERVER_PORT SERVER_ADMIN SERVER_PROTOCOL DOCUMENT_ROOT AUTH_TYPE
  CONTENT_TYPE HANDLER HTTP2 HTTPS IPV6 REQUEST_STATUS REQUEST_LOG_ID CONN_LOG_ID CONN_REMOTE_ADDR
  CONTEXT_PREFIX CONTEXT_DOCUMENT_ROOT TIME_YEAR TIME_DAY TIME_HOUR TIME_MIN TIME_MON TIME_SEC TIME_WDAY
  TIME SERVER_SOFTWARE API_VERSION`.split(/\s+/),
);

/** Functions of one string, giving a string. */
export const FUNCTION_NAMES = [
  'req',
  'http',
  'req_novary',
  'resp',
  'reqenv',
  'osenv',
  'env',
  'note',
  'ssl',
  'tolower',
  'toupper',
  'escape',
  'unescape',
  'base64',
  'unbase64',
  'md5',
  'sha1',
  'ldap',
  'file',
  'filesize',
  'v',
  'hc',
] as const;

export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Functions that read files are refused where anybody may write the expression. */
export const RESTRICTED_FUNCTIONS: ReadonlySet<FunctionName> = new Set(['file', 'filesize']);

/** Functions that only documents with variables of their own know (mod_include). */
export const DOCUMENT_FUNCTIONS: ReadonlySet<FunctionName> = new Set(['v']);

/** Functions that only conditions about the answer to a health check know (mod_proxy_hcheck). */
export const HEALTH_FUNCTIONS: ReadonlySet<FunctionName> = new Set(['hc']);

/** How the variables that tell of a health check begin; one that tells nothing is empty. */
export const HEALTH_PREFIX = 'HC_';

/** Functions that answer a list, by their name in lower case. */
export const LIST_FUNCTIONS: ReadonlyMap<string, string> = new Map([['peerextlist', 'PeerExtList']]);
