// A lone .htaccess file, tried out without the server it is made for: the smallest configuration in which all of it is
// allowed, with the file in the place of the folder's own.

import type { ConfIo } from '../conf/io.ts';
import { readSite, type SiteResult } from '../conf/site.ts';
import { quoteWord } from '../conf/words.ts';
import { modules } from '../modules/index.ts';
import type { SiteIo } from '../request/io.ts';
import { ioWith } from './io-with.ts';

/** Absolute paths, as bytes. */
export interface LoneHtaccess {
  readonly file: string;
  /** The folder that stands for `/`. */
  readonly root: string;
}

/** Where the server will find the file. */
export function placeOfLone({ root }: LoneHtaccess): string {
  return `${root === '/' ? '' : root}/.htaccess`;
}

/** The configuration around it. */
export function readAround(lone: LoneHtaccess, io: ConfIo): SiteResult {
  const root = quoteWord(lone.root);
  const text = [
    'ServerName localhost',
    `DocumentRoot ${root}`,
    // Files of this name in the folders above are somebody else's.
    '<Directory />',
    'AllowOverride None',
    '</Directory>',
    `<Directory ${root}>`,
    'AllowOverride All',
    'Require all granted',
    '</Directory>',
    // As Debian's PHP-FPM sets it up: what most of these files lead to are scripts.
    '<FilesMatch "\\.ph(?:ar|p|tml)$">',
    `<If "-f '%{REQUEST_FILENAME}'">`,
    'SetHandler "proxy:unix:/run/php/php-fpm.sock|fcgi://localhost"',
    '</If>',
    '</FilesMatch>',
    '',
  ].join('\n');
  return readSite({ sources: [{ name: '--htaccess', text }], modules, io, serverRoot: lone.root });
}

/** The machine, with the file where the server looks for it. */
export function withLone(lone: LoneHtaccess, io: SiteIo): SiteIo {
  const place = placeOfLone(lone);
  if (place === lone.file) return io;
  const real = (path: string): string => (path === place ? lone.file : path);
  return ioWith(io, {
    read: (path) => io.read(real(path)),
    stat: (path, link) => io.stat(real(path), link),
    openFile: (path, start, length, facts) => io.openFile(real(path), start, length, facts),
  });
}
