import { describe, expect, it } from 'vitest';
import { buildCgiEnvironment, type CgiFacts, environmentName, headerVariable } from './cgi-environment.ts';
import { HeaderList } from './header-list.ts';

function facts(changes: Partial<CgiFacts> = {}): CgiFacts {
  return {
    serverSoftware: 'Apache/2.4.71 (Debian)',
    serverSignature: '',
    serverName: 'a.test',
    serverAddr: '127.0.0.1',
    serverPort: 80,
    serverAdmin: '[no address given]',
    serverProtocol: 'HTTP/1.1',
    documentRoot: '/srv/www',
    contextPrefix: '/cgi/',
    contextDocumentRoot: '/srv/cgi/',
    requestScheme: 'http',
    requestMethod: 'GET',
    requestUri: '/cgi/x%20y.cgi?q=1',
    queryString: 'q=1',
    scriptName: '/cgi/x y.cgi',
    scriptFilename: '/srv/cgi/x y.cgi',
    pathInfo: undefined,
    pathTranslated: undefined,
    remoteAddr: '127.0.0.1',
    remotePort: 4711,
    remoteHost: undefined,
    remoteUser: undefined,
    authType: undefined,
    path: '/usr/bin',
    headers: new HeaderList(),
    passAuthorization: false,
    requestEnvironment: [],
    ...changes,
  };
}

function fields(...flat: string[]): HeaderList {
  const headers = new HeaderList();
  headers.flat.push(...flat);
  return headers;
}

describe('buildCgiEnvironment', () => {
  it('has the variables Apache sets', () => {
    expect(
      Object.fromEntries(buildCgiEnvironment(facts({ pathInfo: '/p', pathTranslated: '/srv/www/p' }))),
    ).toEqual({
      CONTEXT_DOCUMENT_ROOT: '/srv/cgi/',
      CONTEXT_PREFIX: '/cgi/',
      DOCUMENT_ROOT: '/srv/www',
      GATEWAY_INTERFACE: 'CGI/1.1',
      PATH: '/usr/bin',
      PATH_INFO: '/p',
      PATH_TRANSLATED: '/srv/www/p',
      QUERY_STRING: 'q=1',
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_PORT: '4711',
      REQUEST_METHOD: 'GET',
      REQUEST_SCHEME: 'http',
      REQUEST_URI: '/cgi/x%20y.cgi?q=1',
      SCRIPT_FILENAME: '/srv/cgi/x y.cgi',
      SCRIPT_NAME: '/cgi/x y.cgi',
      SERVER_ADDR: '127.0.0.1',
      SERVER_ADMIN: '[no address given]',
      SERVER_NAME: 'a.test',
      SERVER_PORT: '80',
      SERVER_PROTOCOL: 'HTTP/1.1',
      SERVER_SIGNATURE: '',
      SERVER_SOFTWARE: 'Apache/2.4.71 (Debian)',
    });
  });

  it('turns header fields into variables and merges repetitions', () => {
    const headers = fields('X-A', '1', 'x-a', '2', 'Cookie', 'a=1', 'Cookie', 'b=2', '1-x', '4');
    const variables = buildCgiEnvironment(facts({ headers }));
    expect(variables.get('HTTP_X_A')).toBe('1, 2');
    expect(variables.get('HTTP_COOKIE')).toBe('a=1, b=2');
    expect(variables.get('HTTP_1_X')).toBe('4');
  });

  it('has variables of their own for type and length', () => {
    const variables = buildCgiEnvironment(
      facts({ headers: fields('Content-Type', 'text/x', 'Content-Length', '3') }),
    );
    expect(variables.get('CONTENT_TYPE')).toBe('text/x');
    expect(variables.get('CONTENT_LENGTH')).toBe('3');
    expect(variables.has('HTTP_CONTENT_TYPE')).toBe(false);
    expect(variables.has('HTTP_CONTENT_LENGTH')).toBe(false);
  });

  it('lets what the server knows win over the request environment, in any spelling', () => {
    const names = ['QUERY_STRING', 'Query_String', 'query-string', 'SCRIPT_FILENAME', 'REQUEST_METHOD'];
    const requestEnvironment = [...names, 'GATEWAY_INTERFACE', 'HTTP_HOST'].map(
      (name) => [name, 'evil'] as const,
    );
    const variables = buildCgiEnvironment(facts({ requestEnvironment, headers: fields('Host', 'a') }));
    expect([...variables.values()]).not.toContain('evil');
    expect(variables.get('HTTP_HOST')).toBe('a');
  });

  it('keeps SetEnv where the server knows nothing, and for PATH', () => {
    const requestEnvironment = ['REMOTE_USER', 'REMOTE_HOST', 'PATH_INFO', 'PATH', 'HTTPS'].map(
      (name) => [name, 'set'] as const,
    );
    const variables = buildCgiEnvironment(facts({ requestEnvironment }));
    for (const [name] of requestEnvironment) expect(variables.get(name)).toBe('set');
    expect(buildCgiEnvironment(facts({ requestEnvironment, remoteUser: 'anna' })).get('REMOTE_USER')).toBe(
      'anna',
    );
  });

  it('makes one variable of names that differ in replaced characters', () => {
    const requestEnvironment = [
      ['a-b', 'c'],
      ['a.b', 'd'],
      ['A_B', 'e'],
    ] as const;
    const variables = buildCgiEnvironment(facts({ requestEnvironment }));
    expect([...variables].filter(([name]) => name.toLowerCase() === 'a_b')).toEqual([['A_B', 'e']]);
  });
});

describe('headerVariable', () => {
  it.each([
    'X_A',
    'X.A',
    "X'A",
    'Proxy',
    'PROXY',
    'Authorization',
    'proxy-authorization',
    'Content-Length',
    '',
  ])('hides %j', (name) => expect(headerVariable(name, false)).toBeUndefined());

  it('shows credentials when CGIPassAuth is on', () => {
    expect(headerVariable('Authorization', true)).toBe('HTTP_AUTHORIZATION');
    expect(headerVariable('Proxy', true)).toBeUndefined();
  });
});

describe('environmentName', () => {
  it.each([
    ['proxy-sendcl', 'proxy_sendcl'],
    ['1x', '_x'],
    ['A=B', 'A_B'],
    ['a\0b', 'a_b'],
    ['\xe9', '_'],
  ])('makes %j into %s', (name, safe) => expect(environmentName(name)).toBe(safe));
});
