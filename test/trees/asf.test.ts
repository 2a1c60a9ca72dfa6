// The layout of the ASF's own distribution: one httpd.conf with everything commented in, and its extra/*.conf. Written
// in words of our own with the same directives and structure; what Apache answers, portico answers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { isQuietModule } from '../../src/conf/known-modules.ts';
import { modules } from '../../src/modules/index.ts';
import { testWith } from '../support/parts.ts';
import { apacheProgram, differences, plantTree, porticoCommand, type Tree } from './tree.ts';

let tree: Tree;

beforeEach(async () => {
  tree = await plantTree();
});

afterEach(() => tree.close());

/** As the distribution lists them. */
const LISTED =
  `mpm_event authn_file authn_core authz_host authz_groupfile authz_user authz_core access_compat auth_basic
reqtimeout include filter mime headers env expires setenvif proxy proxy_http negotiation autoindex dir userdir alias
rewrite status info cgi actions vhost_alias macro`.split(/\s+/);

function isHere(name: string): boolean {
  return (
    isQuietModule(name) || modules.some((module) => [module.name, ...(module.aliases ?? [])].includes(name))
  );
}

/** The bytes of a request, where portico counts them. */
const BYTES = modules.some(({ name }) => name === 'logio') ? '%I' : '-';

function mainFile(): string {
  const root = `${tree.root}/httpd`;
  const loads = LISTED.filter(isHere).map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
  );
  return `# Where the server lives.
ServerRoot "${root}"
#Mutex default:logs
Listen 127.0.0.1:${tree.port}
${loads.join('\n')}
#LoadModule foo_module modules/mod_foo.so

<IfModule unixd_module>
User daemon
Group daemon
</IfModule>

ServerAdmin you@example.com
#ServerName www.example.com:80

<Directory />
    AllowOverride none
    Require all denied
</Directory>

DocumentRoot "${root}/htdocs"
<Directory "${root}/htdocs">
    Options Indexes FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>

<IfModule dir_module>
    DirectoryIndex index.html
</IfModule>

<Files ".ht*">
    Require all denied
</Files>

ErrorLog "logs/error_log"
LogLevel warn

<IfModule log_config_module>
    LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
    LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
    <IfModule logio_module>
      LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\" ${BYTES} %O" combinedio
    </IfModule>
    CustomLog "logs/access_log" common
</IfModule>

<IfModule alias_module>
    # Redirect permanent /foo http://www.example.com/bar
    ScriptAlias /cgi-bin/ "${root}/cgi-bin/"
</IfModule>

<IfModule cgid_module>
    #Scriptsock cgisock
</IfModule>

<Directory "${root}/cgi-bin">
    AllowOverride None
    Options None
    Require all granted
</Directory>

<IfModule headers_module>
    RequestHeader unset Proxy early
</IfModule>

<IfModule mime_module>
    TypesConfig conf/mime.types
    #AddEncoding x-compress .Z
    AddType application/x-compress .Z
    AddType application/x-gzip .gz .tgz
</IfModule>

#EnableMMAP off
#EnableSendfile on

Include conf/extra/httpd-mpm.conf
Include conf/extra/httpd-multilang-errordoc.conf
Include conf/extra/httpd-autoindex.conf
Include conf/extra/httpd-languages.conf
Include conf/extra/httpd-userdir.conf
Include conf/extra/httpd-info.conf
Include conf/extra/httpd-vhosts.conf
Include conf/extra/httpd-default.conf
<IfModule proxy_html_module>
Include conf/extra/proxy-html.conf
</IfModule>
<IfModule ssl_module>
SSLRandomSeed startup builtin
SSLRandomSeed connect builtin
</IfModule>
`;
}

const MPM = `<IfModule !mpm_netware_module>
    PidFile "logs/httpd.pid"
</IfModule>
<IfModule mpm_prefork_module>
    StartServers             5
    MinSpareServers          5
    MaxSpareServers         10
    MaxRequestWorkers      250
    MaxConnectionsPerChild   0
</IfModule>
<IfModule mpm_event_module>
    StartServers             1
    MinSpareThreads         25
    MaxSpareThreads         50
    ThreadsPerChild         25
    MaxRequestWorkers       50
    MaxConnectionsPerChild   0
</IfModule>
<IfModule !mpm_netware_module>
    MaxMemFree            2048
</IfModule>
`;

function errorDocuments(): string {
  return `Alias /error/ "${tree.root}/httpd/error/"
<IfModule mod_negotiation.c>
<IfModule mod_include.c>
    <Directory "${tree.root}/httpd/error">
        AllowOverride None
        Options IncludesNoExec
        AddOutputFilter Includes html
        AddHandler type-map var
        Require all granted
        LanguagePriority en de
        ForceLanguagePriority Prefer Fallback
    </Directory>
    ErrorDocument 410 /error/HTTP_GONE.html.var
</IfModule>
</IfModule>
`;
}

function autoindex(): string {
  return `IndexOptions FancyIndexing HTMLTable VersionSort
Alias /icons/ "${tree.root}/httpd/icons/"
<Directory "${tree.root}/httpd/icons">
    Options Indexes MultiViews
    AllowOverride None
    Require all granted
</Directory>
AddIconByEncoding (CMP,/icons/compressed.gif) x-compress x-gzip
AddIconByType (TXT,/icons/text.gif) text/*
AddIconByType (IMG,/icons/image2.gif) image/*
AddIcon /icons/binary.gif .bin .exe
AddIcon /icons/tar.gif .tar
AddIcon /icons/a.gif .ps .ai .eps
AddIcon /icons/back.gif ..
AddIcon /icons/hand.right.gif README
AddIcon /icons/folder.gif ^^DIRECTORY^^
AddIcon /icons/blank.gif ^^BLANKICON^^
DefaultIcon /icons/unknown.gif
AddDescription "a tarball" .tar
ReadmeName README.html
HeaderName HEADER.html
IndexIgnore .??* *~ *# HEADER* README* RCS CVS *,v *,t
`;
}

const LANGUAGES = `# DefaultLanguage nl
AddLanguage de .de
AddLanguage en .en
AddLanguage zh-TW .zh-tw
<IfModule mod_negotiation.c>
LanguagePriority en de
ForceLanguagePriority Prefer Fallback
</IfModule>
AddCharset us-ascii.ascii .us-ascii
AddCharset ISO-8859-1  .iso8859-1  .latin1
AddCharset UTF-8       .utf8
`;

const USERDIR = `<IfModule mod_userdir.c>
UserDir public_html
</IfModule>
<Directory "/home/*/public_html">
    AllowOverride FileInfo AuthConfig Limit Indexes
    Options MultiViews Indexes SymLinksIfOwnerMatch IncludesNoExec
    Require method GET POST OPTIONS
</Directory>
`;

const INFO = `<Location /server-status>
    SetHandler server-status
    Require host .example.com
    Require ip 192.0.2.1
</Location>
#ExtendedStatus On
<Location /server-info>
    SetHandler server-info
    Require host .example.com
    Require ip 192.0.2.1
</Location>
`;

function hosts(): string {
  return `<VirtualHost *:${tree.port}>
    ServerAdmin webmaster@dummy-host.example.com
    DocumentRoot "${tree.root}/httpd/docs/dummy-host.example.com"
    ServerName dummy-host.example.com
    ServerAlias www.dummy-host.example.com
    ErrorLog "logs/dummy-host.example.com-error_log"
    CustomLog "logs/dummy-host.example.com-access_log" common
    <Directory "${tree.root}/httpd/docs">
        Require all granted
    </Directory>
</VirtualHost>

<VirtualHost *:${tree.port}>
    ServerAdmin webmaster@dummy-host2.example.com
    DocumentRoot "${tree.root}/httpd/htdocs"
    ServerName dummy-host2.example.com
    ErrorLog "logs/dummy-host2.example.com-error_log"
    CustomLog "logs/dummy-host2.example.com-access_log" common
    Redirect gone /gone
</VirtualHost>
`;
}

const DEFAULTS = `Timeout 60
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5
UseCanonicalName Off
AccessFileName .htaccess
ServerTokens Full
ServerSignature Off
HostnameLookups Off
<IfModule reqtimeout_module>
  RequestReadTimeout header=20-40,MinRate=500 body=20,MinRate=500
</IfModule>
`;

function plant(): void {
  tree.write('httpd/conf/httpd.conf', mainFile());
  tree.write(
    'httpd/conf/mime.types',
    'text/html html htm\ntext/plain txt\nimage/gif gif\nimage/png png\ntext/css css\n',
  );
  const extra: Readonly<Record<string, string>> = {
    mpm: MPM,
    'multilang-errordoc': errorDocuments(),
    autoindex: autoindex(),
    languages: LANGUAGES,
    userdir: USERDIR,
    info: INFO,
    vhosts: hosts(),
    default: DEFAULTS,
  };
  for (const [name, text] of Object.entries(extra)) tree.write(`httpd/conf/extra/httpd-${name}.conf`, text);
  tree.write('httpd/htdocs/index.html', '<html><body><h1>It works!</h1></body></html>\n');
  tree.write('httpd/htdocs/.htpasswd', 'x');
  tree.write('httpd/htdocs/files/HEADER.html', '<h2>Files</h2>\n');
  tree.write('httpd/htdocs/files/README.html', '<p>read</p>\n');
  tree.write('httpd/htdocs/files/a10.txt', 'x');
  tree.write('httpd/htdocs/files/a9.txt', 'xy');
  tree.write('httpd/htdocs/files/b.tar', 'x');
  tree.write('httpd/htdocs/files/c.tgz', 'x');
  tree.write('httpd/htdocs/files/d.png', 'x');
  tree.write('httpd/htdocs/files/e~', 'x');
  tree.write('httpd/htdocs/files/f.html.de', 'deutsch');
  tree.write('httpd/htdocs/files/g.utf8', 'x');
  tree.write('httpd/htdocs/files/sub/x', 'x');
  tree.write('httpd/docs/dummy-host.example.com/index.html', 'dummy');
  tree.write(
    'httpd/cgi-bin/test',
    '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n[$HTTP_PROXY]$QUERY_STRING\\n"\n',
    0o755,
  );
  tree.write('httpd/icons/text.gif', 'x');
  tree.write('httpd/logs/.keep', '');
}

const SECOND = ' | Host: dummy-host2.example.com';
const REQUESTS = [
  '/',
  '/index.html | Host: www.dummy-host.example.com',
  `/${SECOND}`,
  `/index.html${SECOND}`,
  `HEAD /${SECOND}`,
  `/.htpasswd${SECOND}`,
  `/files${SECOND}`,
  `/files/${SECOND}`,
  `/files/?P=a*${SECOND}`,
  `/files/?C=N;O=D${SECOND}`,
  `/files/?C=S;O=A${SECOND}`,
  `/files/c.tgz${SECOND}`,
  `/files/f.html.de${SECOND}`,
  `/files/g.utf8${SECOND}`,
  `/files/sub/${SECOND}`,
  `/files/sub/x${SECOND}`,
  `/files/none${SECOND}`,
  `/gone${SECOND}`,
  `/gone/too${SECOND}`,
  `/cgi-bin/test?q${SECOND}`,
  `/cgi-bin/test${SECOND} | Proxy: evil`,
  `/cgi-bin/${SECOND}`,
  `/cgi-bin/none${SECOND}`,
  `/icons/${SECOND}`,
  `/icons/text.gif${SECOND}`,
  `/server-status${SECOND}`,
  `/server-info${SECOND}`,
  `/~nobody/${SECOND}`,
  `POST /index.html${SECOND} | body=x`,
  `OPTIONS /index.html${SECOND}`,
  `TRACE /${SECOND}`,
];

describe('the tree of the ASF', () => {
  testWith(['apache2'], 'answers as with Apache', async () => {
    plant();
    const conf = ['-d', join(tree.root, 'httpd'), '-f', 'conf/httpd.conf'];
    const expected = await tree.ask([apacheProgram(), ...conf, '-DFOREGROUND'], REQUESTS);
    expect(expected.get('/')?.at(-2)).toBe('| dummy');
    const served = await tree.ask([...porticoCommand, 'serve', ...conf], REQUESTS);
    expect(differences(expected, served)).toEqual({});
    const asHttpd = await tree.ask([...porticoCommand, 'httpd', ...conf, '-DFOREGROUND'], REQUESTS);
    expect(asHttpd).toEqual(served);
    expect(
      readFileSync(join(tree.root, 'httpd/logs/dummy-host2.example.com-access_log'), 'latin1'),
    ).toContain('"GET /gone/too HTTP/1.1" 410 ');
  });
});
