// What mod_include is told for a server and for a directory.

export interface IncludeServer {
  startTag?: string;
  endTag?: string;
}

export interface IncludeDir {
  errorMessage?: string;
  timeFormat?: string;
  undefinedEcho?: string;
  xBitHack?: 'off' | 'on' | 'full';
  lastModified?: boolean;
  etag?: boolean;
  legacyExpressions?: boolean;
}

export const DEFAULT_START_TAG = '<!--#';
export const DEFAULT_END_TAG = '-->';
export const DEFAULT_ERROR = '[an error occurred while processing this directive]';
export const DEFAULT_TIME_FORMAT = '%A, %d-%b-%Y %H:%M:%S %Z';
export const DEFAULT_UNDEFINED = '(none)';

/** Apache: a virtual host that says one of the tags itself takes over none. */
export function mergeIncludeServer(base: IncludeServer, add: IncludeServer): IncludeServer {
  return add.startTag === undefined && add.endTag === undefined ? base : add;
}
