// The usual sets of places in which a directive may stand.

import type { Context } from '../conf/context.ts';

/** The top level of the server's files only. */
export const mainServer: readonly Context[] = ['server config'];

/** Outside sections, in virtual hosts too. */
export const servers: readonly Context[] = ['server config', 'virtual host'];

/** Everywhere in the server's files, not in .htaccess. */
export const serverFiles: readonly Context[] = ['server config', 'virtual host', 'directory'];

/** Everywhere. */
export const everywhere: readonly Context[] = ['server config', 'virtual host', 'directory', '.htaccess'];

/** Inside sections of the server's files, and in .htaccess. */
export const sections: readonly Context[] = ['directory', '.htaccess'];
