// The configuration that the page is served with: portico's own, as anybody could write it.

import { isIPv6 } from 'node:net';
import { quoteWord } from '../../conf/words.ts';

export interface PlaygroundSite {
  readonly host: string;
  readonly port: number;
  /** The folder with the page. Bytes. */
  readonly folder: string;
}

/** `127.0.0.1:8099`, `[::1]:8099` */
export function authorityOf({ host, port }: Pick<PlaygroundSite, 'host' | 'port'>): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** What index.html says itself, and who may frame it, which only a header line can say. */
const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function playgroundConfiguration(site: PlaygroundSite): string {
  const folder = quoteWord(site.folder);
  return [
    `Listen ${authorityOf(site)}`,
    'ServerName 127.0.0.1',
    `DocumentRoot ${folder}`,
    'DirectoryIndex index.html',
    'FileETag None',
    '<Directory />',
    '    AllowOverride None',
    '    Options None',
    '    Require all denied',
    '</Directory>',
    `<Directory ${folder}>`,
    '    AllowMethods GET HEAD',
    // A page of somebody else whose name leads here (DNS rebinding) names its own host.
    '    Require expr "%{HTTP_HOST} =~ m#^(?:localhost|[0-9]+(?:\\.[0-9]+){3}|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]+)?$#"',
    '</Directory>',
    `Header always set Content-Security-Policy "${POLICY}"`,
    'Header always set X-Content-Type-Options nosniff',
    'Header always set Referrer-Policy no-referrer',
    'Header always set Cross-Origin-Opener-Policy same-origin',
    'Header always set Cross-Origin-Resource-Policy same-origin',
    'Header always set Cache-Control no-store',
    '',
  ].join('\n');
}
