import { describe, expect, it } from 'vitest';
import { complaintsOf, memorySite } from '../../../test/support/memory-site.ts';

const inDirectory = (line: string): string => `<Directory />\n${line}\n</Directory>`;

// Apache 2.4.71 says exactly this.
describe('core directives refuse what Apache refuses', () => {
  it.each([
    ['ServerName x:99999', 'The port number "x:99999" is outside the appropriate range (i.e., 1..65535).'],
    ['ServerName x:', 'The port number "x:" is outside the appropriate range (i.e., 1..65535).'],
    ['ServerName [::1]:80', 'Invalid ServerName "[::1]:80" use ServerAlias to set multiple server names.'],
    ['ServerName', 'ServerName takes one argument, The hostname and port of the server'],
    ['ServerAlias a', 'ServerAlias only used in <VirtualHost>'],
    ['DocumentRoot /none', "DocumentRoot '/none' is not a directory, or is not readable"],
    ['KeepAlive 5', 'KeepAlive must be On or Off'],
    ['KeepAliveTimeout x', 'KeepAliveTimeout has wrong format'],
    ['Listen', 'Listen requires 1 or 2 arguments.'],
    ['Listen 127.0.0.1', 'Port must be specified'],
    ['Listen 99999', 'Invalid address or port'],
    ['Listen 8080\nListen *:8080', 'Cannot define multiple Listeners on the same IP:port'],
    ['LimitRequestLine -1', 'LimitRequestLine "-1" must be a non-negative integer'],
    ['LimitRequestBody x', 'LimitRequestBody requires a non-negative integer.'],
    ['LimitRequestBody 99999999999999999999', 'LimitRequestBody argument is not parsable.'],
    ['LimitInternalRecursion 0', 'The recursion limit must be greater than zero.'],
    ['AllowEncodedSlashes x', 'AllowEncodedSlashes must be On, Off, or NoDecode'],
    ['TraceEnable x', "TraceEnable must be one of 'on', 'off', or 'extended'"],
    ['HttpProtocolOptions Strict Unsafe', "HttpProtocolOptions 'Strict' and 'Unsafe' are mutually exclusive"],
    [
      'LogLevel foo',
      'Log level keyword must be one of emerg/alert/crit/error/warn/notice/info/debug/trace1/.../trace8',
    ],
    ['LogLevel nosuch:info', 'Cannot find module nosuch'],
    ['ServerSignature x', 'ServerSignature: use one of: off | on | email'],
    ['UseCanonicalName x', "parameter must be 'on', 'off', or 'dns'"],
    ['Options Foo', 'Illegal option Foo'],
    ['Options Indexes +ExecCGI', 'Either all Options must start with + or -, or no Option may.'],
    ['Options None All', "'Options All' must be the first option given."],
    ['Options +None', "You may not use 'Options +None' or 'Options -None'."],
    ['AllowOverride All', 'AllowOverride not allowed here'],
    [inDirectory('AllowOverride Foo'), 'Illegal override option Foo'],
    [
      inDirectory('AllowOverrideList None Redirect'),
      "'None' not allowed with other directives in AllowOverrideList",
    ],
    ['ErrorDocument 499 x', 'Unsupported HTTP response code 499'],
    ['ErrorDocument 404 x y', 'ErrorDocument takes two arguments, Change responses for HTTP errors'],
    ['AcceptPathInfo x', 'AcceptPathInfo must be set to on, off or default'],
    ['FileETag x', "Unknown keyword 'x' for FileETag directive"],
    [inDirectory('<Limit>\n</Limit>'), '<Limit> directive requires additional arguments'],
    [inDirectory('<Limit TRACE>\n</Limit>'), 'TRACE cannot be controlled by <Limit>, see TraceEnable'],
  ])('%s', (line, message) => {
    expect(complaintsOf(line)).toEqual([message]);
  });

  it.each([
    'ServerName http://x:80/abc',
    'Timeout 300',
    'KeepAliveTimeout 500ms',
    'Listen [::1]:8080 https',
    'HttpProtocolOptions Unsafe Allow0.9 RegisteredMethods',
    'LogLevel warn mod_alias.c:info alias_module:debug core:trace8',
    'ServerTokens ProductOnly',
    'Options all -multiviews',
    'ErrorDocument 300 x',
    'FileETag All -Size',
    inDirectory('AllowOverride Options=Indexes,ExecCGI FileInfo Nonfatal=Override'),
  ])('accepts %s', (line) => {
    expect(complaintsOf(line).filter((message) => !message.startsWith('warning: '))).toEqual([]);
  });

  it('warns that a 401 cannot be a redirect, and ignores the line', async () => {
    const conf = 'ErrorDocument 401 http://x.example.test/';
    expect(complaintsOf(conf)).toEqual([
      'warning: AH00113: /srv/httpd.conf:1 cannot use a full URL in a 401 ErrorDocument directive --- ignoring!',
    ]);
  });
});

const site = 'DocumentRoot /srv/htdocs\n<Directory /srv>\nAllowOverride All\n</Directory>\n';

describe('files as they are', () => {
  const files = { '/srv/htdocs/a.txt': 'hello', '/srv/htdocs/d/b.txt': 'b', '/srv/htdocs/empty.txt': '' };

  it('come with length, validators and type', async () => {
    const answer = await (await memorySite(site, files)).ask('/a.txt');
    expect(answer.status).toBe(200);
    expect(answer.body).toBe('hello');
    expect(answer.header('content-length')).toBe('5');
    expect(answer.header('content-type')).toBe('text/plain');
    expect(answer.header('accept-ranges')).toBe('bytes');
    expect(answer.header('last-modified')).toBe('Thu, 01 Jan 1970 00:00:00 GMT');
    expect(answer.header('etag')).toBe('"5-0"');
  });

  it('answer HEAD with the same fields and no body', async () => {
    const answer = await (await memorySite(site, files)).ask('HEAD /a.txt');
    expect([answer.status, answer.header('content-length'), answer.body]).toEqual([200, '5', '']);
  });

  it.each([
    ['OPTIONS /a.txt', 200],
    ['OPTIONS /none', 200],
    ['PUT /a.txt', 405],
    ['DELETE /none', 405],
    ['FOO /a.txt', 501],
    ['get /a.txt', 501],
    ['CONNECT /a.txt', 405],
  ])('%s tells the methods there are', async (line, status) => {
    const answer = await (await memorySite(site, files)).ask(line);
    expect(answer.status).toBe(status);
    expect(answer.header('allow')!.split(',').sort()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST', 'TRACE']);
  });

  it.each([
    ['/none', 404],
    ['/a.txt/more', 404],
    ['POST /a.txt', 200],
    ['/d/', 403],
    ['/%2e%2e/httpd.conf', 400],
  ])('%s', async (line, status) => {
    expect((await (await memorySite(site, files)).ask(line)).status).toBe(status);
  });

  it('accept a trailing path where AcceptPathInfo is on', async () => {
    const accepting = await memorySite(`${site}AcceptPathInfo On`, files);
    expect((await accepting.ask('/a.txt/more')).body).toBe('hello');
  });

  it('answer 304 without fields of a body, and 412 with the fields of the file and none of it', async () => {
    const open = await memorySite(site, files);
    const fresh = await open.ask('/a.txt', { headers: { 'If-None-Match': '"5-0"' } });
    expect([fresh.status, fresh.header('etag'), fresh.header('content-type'), fresh.body]).toEqual([
      304,
      '"5-0"',
      undefined,
      '',
    ]);
    const failed = await open.ask('/a.txt', { headers: { 'If-Match': '"x"' } });
    expect([failed.status, failed.header('content-length'), failed.header('etag'), failed.body]).toEqual([
      412,
      '0',
      '"5-0"',
      '',
    ]);
  });

  it('are cut to ranges', async () => {
    const answer = await (await memorySite(site, files)).ask('/a.txt', { headers: { Range: 'bytes=1-2' } });
    expect([answer.status, answer.header('content-range'), answer.body]).toEqual([206, 'bytes 1-2/5', 'el']);
  });

  it('have the ETag that FileETag says', async () => {
    const without = await memorySite(`${site}FileETag None`, files);
    expect((await without.ask('/a.txt')).header('etag')).toBeUndefined();
    const withInode = await memorySite(`${site}FileETag INode Size`, files);
    expect((await withInode.ask('/a.txt')).header('etag')).toBe('"0-5"');
  });

  it('get a charset from AddDefaultCharset when they are plain text or HTML', async () => {
    const open = await memorySite(`${site}AddDefaultCharset On`, { ...files, '/srv/htdocs/s.css': '' });
    expect((await open.ask('/a.txt')).header('content-type')).toBe('text/plain; charset=iso-8859-1');
    expect((await open.ask('/s.css')).header('content-type')).toBe('text/css');
  });
});

describe('the server as a whole', () => {
  const files = { '/srv/htdocs/a.txt': 'hello' };

  it('answers OPTIONS * with nothing', async () => {
    const answer = await (await memorySite(site, files)).ask('OPTIONS *');
    expect([answer.status, answer.header('content-length'), answer.header('allow')]).toEqual([
      200,
      '0',
      undefined,
    ]);
  });

  it('echoes TRACE unless TraceEnable is off', async () => {
    const open = await memorySite(site, files);
    const echo = await open.ask('TRACE /a.txt', { headers: { 'X-A': '1' } });
    expect([echo.status, echo.header('content-type')]).toEqual([200, 'message/http']);
    expect(echo.body).toBe('TRACE /a.txt HTTP/1.1\r\nX-A: 1\r\n\r\n');
    expect((await open.ask('TRACE /a.txt', { body: 'x' })).status).toBe(413);
    const refused = await (await memorySite(`${site}TraceEnable off`, files)).ask('TRACE /a.txt');
    expect([refused.status, refused.header('allow')]).toEqual([405, '']);
  });

  it('refuses bodies longer than LimitRequestBody, and not those of exactly that length', async () => {
    const open = await memorySite(`${site}LimitRequestBody 3`, files);
    expect((await open.ask('POST /a.txt', { body: 'four' })).status).toBe(413);
    expect((await open.ask('POST /a.txt', { body: 'for' })).status).toBe(200);
    expect((await open.ask('POST /a.txt', { body: 'four', chunked: true })).status).toBe(413);
    expect((await open.ask('POST /a.txt', { body: 'for', chunked: true })).status).toBe(200);
  });

  it('with StrictHostCheck answers for its own names only', async () => {
    const open = await memorySite(`${site}ServerName a.example.test\nStrictHostCheck On`, files);
    expect((await open.ask('/a.txt', { headers: { host: 'a.example.test' } })).status).toBe(200);
    expect((await open.ask('/a.txt', { headers: { host: 'b.example.test' } })).status).toBe(400);
  });

  it('gives virtual hosts its settings, but not its rule for encoded slashes', async () => {
    const conf = `${site}AllowEncodedSlashes On\nServerAdmin me@example.test
<VirtualHost *:80>
ServerName v.example.test
</VirtualHost>`;
    const open = await memorySite(conf, { ...files, '/srv/htdocs/d/x': 'x' });
    expect((await open.ask('/d%2fx')).status).toBe(404);
    expect((await open.ask('/a.txt')).status).toBe(200);
  });
});

describe('options of directories', () => {
  const files = {
    '/srv/htdocs/a.txt': 'a',
    '/srv/htdocs/d/.htaccess': 'Options +ExecCGI',
    '/srv/htdocs/d/a.txt': 'a',
  };

  it('may be changed in .htaccess as far as AllowOverride says', async () => {
    const conf = (allowed: string): string =>
      `DocumentRoot /srv/htdocs\n<Directory /srv>\nAllowOverride ${allowed}\n</Directory>`;
    expect((await (await memorySite(conf('Options=ExecCGI'), files)).ask('/d/a.txt')).status).toBe(200);
    const refused = await memorySite(conf('Options=Indexes'), files);
    expect((await refused.ask('/d/a.txt')).status).toBe(500);
    expect(refused.logLines.join('\n')).toContain('/srv/htdocs/d/.htaccess: Option ExecCGI not allowed here');
    expect((await (await memorySite(conf('FileInfo'), files)).ask('/d/a.txt')).status).toBe(500);
    expect((await (await memorySite(conf('Nonfatal=Override FileInfo'), files)).ask('/d/a.txt')).status).toBe(
      200,
    );
  });
});
