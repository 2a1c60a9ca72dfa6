// Random directives of other modules that meet rewriting: aliases, redirects, error documents, indexes.

import type { Random } from './random.ts';
import type { ConfNode } from './rule-set.ts';

const SERVER_LINES: readonly (readonly [share: number, choices: readonly string[]])[] = [
  [
    0.25,
    [
      'Alias /al {ROOT}/other',
      'Alias /al/ {ROOT}/other/',
      'AliasMatch ^/al/(.*)$ {ROOT}/other/$1',
      'Alias /sub/al {ROOT}/other',
      'Alias /al {DOCROOT}/sub',
    ],
  ],
  [
    0.2,
    [
      'ScriptAlias /cgi-bin/ {CGIBIN}/',
      'ScriptAlias /cgi-bin {CGIBIN}',
      'ScriptAliasMatch ^/run/(.*) {CGIBIN}/s.cgi/$1',
    ],
  ],
  [
    0.15,
    [
      'Redirect /old /new',
      'Redirect 301 /old http://other.test/new',
      'RedirectMatch ^/old/(.*)$ /to/$1',
      'Redirect gone /a',
      'RedirectMatch 404 \\.txt$',
    ],
  ],
  [
    0.2,
    [
      'ProxyPass /pp http://127.0.0.1:{ECHO}/back',
      'ProxyPass /pp/ http://127.0.0.1:{ECHO}/',
      'ProxyPassMatch ^/pp/(.*)$ http://127.0.0.1:{ECHO}/m/$1',
      'ProxyPass /pp !',
      'ProxyPassReverse / http://127.0.0.1:{ECHO}/',
    ],
  ],
  [0.06, ['AllowEncodedSlashes On', 'AllowEncodedSlashes NoDecode']],
  [0.05, ['MergeSlashes Off']],
  [0.05, ['UseCanonicalName On']],
  [0.04, ['LimitInternalRecursion 3', 'LimitInternalRecursion 2']],
  [0.03, ['LimitRequestLine 100']],
];

const SHARED_LINES: readonly (readonly [share: number, choices: readonly string[]])[] = [
  [
    0.2,
    [
      'ErrorDocument 404 /err.html',
      'ErrorDocument 404 /nope',
      'ErrorDocument 404 /x.cgi',
      'ErrorDocument 404 "gone away"',
      'ErrorDocument 403 /err.html',
      'ErrorDocument 404 http://other.test/404',
      'ErrorDocument 500 /err.html',
      'ErrorDocument 404 /sub/a?e=1',
    ],
  ],
  [
    0.12,
    [
      'DirectoryIndex b.txt',
      'DirectoryIndex nope.html a.html index.html',
      'DirectoryIndex x.cgi y.cgi',
      'DirectoryIndex /b.txt',
      'DirectoryIndex disabled',
    ],
  ],
  [0.06, ['FallbackResource /index.html', 'FallbackResource /x.cgi', 'FallbackResource disabled']],
  [
    0.12,
    [
      'SetEnvIf Request_URI ^/sub SIF=1',
      'SetEnvIf X-Test (.+) SIF=$1 E1=x',
      'BrowserMatch Mozilla SIF',
      'SetEnvIfExpr "%{REQUEST_URI} =~ m#/a(.*)#" SIF=$1',
    ],
  ],
  [0.08, ['SetEnv SET 1', 'SetEnv E1 x', 'UnsetEnv E1', 'PassEnv LANG']],
  [
    0.05,
    [
      'AddType text/x-a .html',
      'ForceType text/x-forced',
      'DefaultType none',
      'AddHandler cgi-script .txt',
      'SetHandler default-handler',
    ],
  ],
  [0.05, ['AcceptPathInfo On', 'AcceptPathInfo Off']],
  [0.04, ['DirectorySlash Off']],
  [
    0.06,
    [
      'Header set X-Env "%{E1}e"',
      'Header always set X-Env "%{E1}e %{REDIRECT_E1}e"',
      'RequestHeader set X-Env "%{E1}e"',
      'Header append Vary X-Mine',
    ],
  ],
  [0.04, ['Options SymLinksIfOwnerMatch', 'Options ExecCGI', 'Options +Indexes', 'Options None']],
];

const HTACCESS_LINES: readonly (readonly [share: number, choices: readonly string[]])[] = [
  [0.08, ['Redirect /sub/a /redirected', 'RedirectMatch ^/sub/(b.*)$ /to/$1', 'Redirect 410 /dir']],
  [0.04, ['Require all denied', 'Require expr %{REQUEST_URI} !~ /deep/', 'Require env SIF']],
];

/** Some such lines; what may not stand in a .htaccess is left out there. */
export function generateSurroundings(random: Random, where: 'server' | 'htaccess'): ConfNode[] {
  const groups =
    where === 'server' ? [...SERVER_LINES, ...SHARED_LINES] : [...HTACCESS_LINES, ...SHARED_LINES];
  const factor = where === 'server' ? 1 : 0.6;
  return groups
    .filter(([share]) => random.chance(share * factor))
    .map(([, choices]) => random.pick(choices))
    .filter((text) => where === 'htaccess' || !/^(Options|AcceptPathInfo)/.test(text))
    .map((text) => ({ kind: 'line', text }));
}
