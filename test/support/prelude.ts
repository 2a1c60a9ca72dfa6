// The common beginning of every case's configuration, and the LoadModule lines in it.

const MODULE_FOLDER = '/usr/lib/apache2/modules';

/** What Apache cannot start without, and what the common beginning itself uses. */
const INDISPENSABLE = ['mpm_event', 'authz_core'];

const USUAL = [
  'access_compat',
  'actions',
  'alias',
  'allowmethods',
  'auth_basic',
  'authn_core',
  'authn_file',
  'authz_groupfile',
  'authz_host',
  'authz_user',
  'autoindex',
  'cgi',
  'deflate',
  'dir',
  'env',
  'expires',
  'filter',
  'headers',
  'lbmethod_byrequests',
  'macro',
  'mime',
  'negotiation',
  'proxy',
  'proxy_balancer',
  'proxy_fcgi',
  'proxy_http',
  'proxy_wstunnel',
  'remoteip',
  'rewrite',
  'setenvif',
  'slotmem_shm',
];

/** Applies the lines of `=== modules` (`-a +b`, `only a b`) and writes the LoadModule lines. */
export function loadModuleLines(changes: readonly string[]): string {
  let chosen = [...INDISPENSABLE, ...USUAL];
  for (const change of changes) {
    const words = change.split(/\s+/).filter(Boolean);
    if (words[0] === 'only') chosen = [...INDISPENSABLE, ...words.slice(1)];
    for (const word of words) {
      if (word.startsWith('-')) chosen = chosen.filter((name) => name !== word.slice(1));
      if (word.startsWith('+')) chosen.push(word.slice(1));
    }
  }
  return [...new Set(chosen)]
    .map((name) => `LoadModule ${name}_module ${MODULE_FOLDER}/mod_${name}.so\n`)
    .join('');
}

/** Placeholders are still in place; `{MODULES}` stands for the LoadModule lines. */
export const commonBeginning = `ServerRoot {ROOT}
Listen 127.0.0.1:{PORT}
{MODULES}
ServerName www.example.test
ServerAdmin admin@example.test
ErrorLog {ROOT}/logs/error.log
<IfModule mime_module>
    TypesConfig {ROOT}/conf/mime.types
</IfModule>
DocumentRoot {DOCROOT}
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<Directory {DOCROOT}>
    Options FollowSymLinks
    AllowOverride All
    Require all granted
</Directory>
<Directory {CGIBIN}>
    Require all granted
</Directory>
<Files ".ht*">
    Require all denied
</Files>
`;

export const MIME_TYPES = `text/html html htm
text/plain txt
text/css css
text/javascript js
text/xml xml
application/json json
application/pdf pdf
application/wasm wasm
application/gzip gz
font/woff2 woff2
image/gif gif
image/jpeg jpeg jpg
image/png png
image/svg+xml svg
image/x-icon ico
video/mp4 mp4
`;
