// The URL of a site as its clients write it, and URLs below it that no path can lead to another host.

import { defaultPort, type Scheme } from './values.ts';

export interface SiteUrl {
  readonly scheme: Scheme;
  readonly host: string | undefined;
  readonly port: number;
  readonly authority: string | undefined;
  readonly prefix: string;
  readonly baseUrl: string;
}

interface SiteParts {
  readonly scheme: Scheme;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly prefix: string | undefined;
}

export function siteOf({ scheme, host, port: said, prefix = '' }: SiteParts): SiteUrl {
  const usual = defaultPort(scheme);
  const port = said ?? usual;
  const authority = host === undefined || port === usual ? host : `${host}:${port}`;
  const baseUrl = authority === undefined ? prefix : `${scheme}://${authority}${prefix}`;
  return { scheme, host, port, authority, prefix, baseUrl };
}

/** All that RFC 3986 lets stand in a path, a query or a fragment, and the `%` of escapes. */
const NOT_IN_URL = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/g;

/** Everything else is escaped as UTF-8; a path without a slash in front gets one. With an empty base the result is a path. */
export function joinUrl(base: string, path: string): string {
  const escaped = path.replace(NOT_IN_URL, escapeText);
  const rooted = escaped === '' || escaped.startsWith('/') ? escaped : `/${escaped}`;
  // `//host/` would be another site.
  return base === '' ? rooted.replace(/^\/+/, '/') : base + rooted;
}

function escapeText(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
