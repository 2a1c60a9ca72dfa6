// The files that every rule set finds below its DocumentRoot, and what lies outside of it for all.

export interface SiteFile {
  readonly path: string;
  readonly text: string;
  readonly isScript: boolean;
}

/** Prints its environment without a further process, sorted by the shell. */
const SCRIPT = `#!/bin/sh
unset _ LD_LIBRARY_PATH OLDPWD PATH PWD REMOTE_PORT SERVER_SIGNATURE SERVER_SOFTWARE SHLVL UNIQUE_ID
printf 'Content-Type: text/plain\\r\\n\\r\\n'
export -p
`;

const PAGES = [
  'index.html',
  'a',
  'a.html',
  'b.txt',
  'page.html',
  'err.html',
  'sp ace.txt',
  'per%cent.txt',
  'q?mark.txt',
  'UP.txt',
  'sub/index.html',
  'sub/a',
  'sub/b.txt',
  'sub/page.html',
  'sub/deep/a.html',
  'sub/deep/c.txt',
  'dir/a',
  'dir/b.txt',
  '1',
];

const SCRIPTS = ['x.cgi', 'sub/y.cgi'];

/** Below DocumentRoot. */
export const siteFiles: readonly SiteFile[] = [
  ...PAGES.map((path) => ({ path, text: `FILE ${path}\n`, isScript: false })),
  { path: 'empty.txt', text: '', isScript: false },
  ...SCRIPTS.map((path) => ({ path, text: SCRIPT, isScript: true })),
];

/** The folders of these files. */
export const siteFolders: readonly string[] = ['', 'sub', 'sub/deep', 'dir'];

/** Symbolic links below DocumentRoot. */
export const siteLinks: readonly { readonly path: string; readonly target: string }[] = [
  { path: 'link.txt', target: 'b.txt' },
  { path: 'linkdir', target: 'sub' },
];

/** Below {ROOT}, the same for all rule sets. */
export const sharedFiles: readonly SiteFile[] = [
  { path: 'cgi-bin/s.cgi', text: SCRIPT, isScript: true },
  { path: 'other/a', text: 'OTHER a\n', isScript: false },
  { path: 'other/b.txt', text: 'OTHER b.txt\n', isScript: false },
  { path: 'other/sub/a.html', text: 'OTHER sub/a.html\n', isScript: false },
  {
    path: 'conf/map.txt',
    text: '# keys and values\na b.txt\nb /page.html\nsub  sub/deep\nc http://other.test/c?d\n  x y\nempty\nUP up\nq x?y=z\n/a /b\nd $1%{REQUEST_METHOD}\n',
    isScript: false,
  },
  { path: 'conf/one.txt', text: 'a one.html\nb b.txt\nsub sub/a|sub/a\n', isScript: false },
];

/** Main server lines that a rule set may inherit, and what the shared folders need. */
export const mainConf = `RewriteMap mainmap int:toupper
RewriteCond %{HTTP:X-Test} !^stop
RewriteRule ^/inh/(.*)$ /sub/$1 [E=INH:$1]
RewriteRule ^/up/(.*)$ /\${mainmap:$1|none}.txt
<Directory {ROOT}/other>
    Options FollowSymLinks
    Require all granted
</Directory>
<Directory {CGIBIN}>
    Options ExecCGI FollowSymLinks
</Directory>
`;
