import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../test/support/findings.ts';
import { proxy, proxyHttp, proxyWstunnel } from './index.ts';

/** What Apache 2.4.71 says of these lines. */
const REFUSED: [string, string][] = [
  ['min=-1', 'ProxyPass Min must be a positive number'],
  ['smax=-1', 'ProxyPass Smax must be a positive number'],
  ['max=-1', 'ProxyPass Max must be a positive number'],
  ['ttl=0', 'ProxyPass TTL must be at least one second'],
  ['ttl=a', 'ProxyPass TTL must be at least one second'],
  ['acquire=0', 'ProxyPass Acquire must be at least one millisecond'],
  ['acquire=x', 'ProxyPass Acquire timeout has wrong format'],
  ['connectiontimeout=0', 'ProxyPass Connectiontimeout must be at least one millisecond.'],
  ['connectiontimeout=-5', 'ProxyPass Connectiontimeout has wrong format'],
  ['timeout=0', 'ProxyPass Timeout must be at least one second'],
  ['timeout=x', 'ProxyPass Timeout must be at least one second'],
  ['keepalive=x', 'ProxyPass KeepAlive must be On|Off'],
  ['disablereuse=x', 'ProxyPass DisableReuse must be On|Off'],
  ['enablereuse=1', 'ProxyPass EnableReuse must be On|Off'],
  ['retry=-1', 'ProxyPass Retry must be a positive value'],
  ['ping=0', 'ProxyPass Ping/Pong timeout must be at least one millisecond'],
  ['ping=x', 'ProxyPass Ping/Pong timeout has wrong format'],
  ['flushpackets=x', 'ProxyPass flushpackets must be on|off|auto'],
  ['flushwait=1001', 'ProxyPass flushwait must be <= 1000, or 0 for system default of 10 millseconds.'],
  ['iobuffersize=100', 'ProxyPass IOBufferSize must be >= 512 bytes, or 0 for system default.'],
  ['receivebuffersize=5', 'ProxyPass ReceiveBufferSize must be >= 512 bytes, or 0 for system default.'],
  [
    'responsefieldsize=-1',
    'ProxyPass ResponseFieldSize must be greater than 0 bytes, or 0 for system default.',
  ],
  ['upgrade=0123456789abcdef', 'ProxyPass upgrade protocol length must be < 16 characters'],
  ['loadfactor=0', 'ProxyPass LoadFactor must be a number between 1..100'],
  ['loadfactor=101', 'ProxyPass LoadFactor must be a number between 1..100'],
  ['lbset=100', 'ProxyPass lbset must be between 0 and 99'],
  ['status=Q', 'ProxyPass Unknown status parameter option'],
  ['addressttl=x', 'ProxyPass AddressTTL must be -1 or a number of seconds not exceeding (2147483647)'],
  ['foo=bar', 'ProxyPass unknown Worker hcheck parameter'],
  ['stickysession=x', 'ProxyPass unknown Worker hcheck parameter'],
  ['toString=x', 'ProxyPass unknown Worker hcheck parameter'],
  ['foo', "Invalid ProxyPass|ProxyPassMatch parameter. Parameter must be in the form 'key=value'."],
  ['mapping=x', 'unknown mapping'],
];

const ACCEPTED = [
  'min=a',
  'max=0',
  'acquire=5s',
  'connectiontimeout=500ms',
  'timeout=5ms',
  'retry=x',
  'upgrade=',
  'loadfactor=1.5',
  'status=+H-E',
  'addressttl=-1',
  'nocanon',
  'mapping=servlet',
  'noquery interpolate',
  'disablereuse=on enablereuse=on',
];

describe('parameters of ProxyPass', () => {
  for (const [parameter, message] of REFUSED) {
    it(`${parameter} is refused in Apache's words`, () => {
      expect(findingsOf(`ProxyPass /a http://h/ ${parameter}`).errors).toEqual([message]);
    });
  }

  for (const parameter of ACCEPTED) {
    it(`${parameter} is accepted`, () => {
      expect(findingsOf(`ProxyPass /a http://h/ ${parameter}`).errors).toEqual([]);
    });
  }
});

describe('lines that Apache refuses', () => {
  const lines: [string, string][] = [
    ['ProxyPass /a', 'ProxyPass|ProxyPassMatch needs a path when not defined in a location'],
    ['ProxyPass /a /b', 'ProxyPass URL must be absolute!: /b'],
    ['ProxyPass /a http://', 'ProxyPass URL must be absolute!: http://'],
    ['ProxyPass / unix:/x', 'ProxyPass URL must be absolute!: unix:/x'],
    ['ProxyPass /a http://h:x/', 'ProxyPass Unable to parse URL: http://h:x/'],
    ['ProxyPassMatch ( http://h/', 'Regular expression could not be compiled.'],
    [
      '<Location /x>\nProxyPass /a http://h/\n</Location>',
      'ProxyPass|ProxyPassMatch can not have a path when defined in a location.',
    ],
    [
      '<Directory /x>\nProxyPass http://h/\n</Directory>',
      'ProxyPass cannot occur within <Directory> section',
    ],
    ['<Files a>\nProxyPass /a http://h\n</Files>', 'ProxyPass cannot occur within <Files> section'],
    ['ProxyPassReverse http://h/', 'ProxyPassReverse needs a path when not defined in a location'],
    [
      '<Location /a>\nProxyPassReverse /a http://h/\n</Location>',
      'ProxyPassReverse can not have a path when defined in a location',
    ],
    ['ProxyVia x', 'ProxyVia must be one of: off | on | full | block'],
    ['ProxyTimeout 0', 'Proxy Timeout must be at least 1 second.'],
    ['ProxyErrorOverride x', 'ProxyErrorOverride first parameter must be one of: off | on'],
    [
      'ProxyErrorOverride On 300',
      'ProxyErrorOverride: status codes to intercept must be valid HTTP Status Codes >=400 && <600',
    ],
    ['ProxyErrorOverride Off 404', "ProxyErrorOverride: status codes must follow a value of 'on'"],
    ['ProxyErrorOverride On x', 'ProxyErrorOverride: status codes to intercept must be numeric'],
    ['ProxyBadHeader x', 'ProxyBadHeader must be one of: IsError | Ignore | StartBody'],
    ['ProxyIOBufferSize 5', 'ProxyIOBufferSize must be >= 512 bytes, or 0 for system default.'],
    ['ProxyPreserveHost x', 'ProxyPreserveHost must be On or Off'],
    ['<ProxyMatch (>\n</ProxyMatch>', 'Regex could not be compiled'],
    ['<Proxy ~ ^http>\n</Proxy>', '<Proxy> arguments are not supported for non url.'],
    ['ProxySet http://h/ timeout=5', "ProxySet can not find 'http://h/' Worker."],
    ['ProxyStatus x', 'ProxyStatus must be one of: off | on | full'],
  ];
  for (const [text, message] of lines) {
    it(`${text.replaceAll('\n', ' | ')}`, () => expect(findingsOf(text).errors).toEqual([message]));
  }
});

describe('lines that Apache accepts', () => {
  for (const text of [
    'ProxyPass / unix:/x|http://h/',
    'ProxyPass / !',
    '<Location /x>\nProxyPass http://h/ timeout=5\n</Location>',
    '<Location /x>\nProxyPass !\n</Location>',
    '<Location /a>\nProxyPassReverse /\n</Location>',
    'ProxyPassReverse / http://h/ interpolate',
    'ProxyPassMatch ^/a(.*)$ http://h:80$1',
    '<Proxy *>\nProxyAddHeaders Off\n</Proxy>',
    '<Proxy http://h/ timeout=5>\n</Proxy>',
    '<Proxy http://h/>\nProxySet timeout=5 connectiontimeout=2\n</Proxy>',
    'ProxyRequests Off',
    'ProxyTimeout 10s',
    'ProxyMaxForwards -5',
    'ProxyErrorOverride On 404 503',
  ]) {
    it(`${text.replaceAll('\n', ' | ')}`, () => expect(findingsOf(text).errors).toEqual([]));
  }
});

describe('differences that are said', () => {
  it('ProxyRequests On is an error that says why', () => {
    expect(findingsOf('ProxyRequests On').errors[0]).toContain('ProxyRequests On is not supported');
  });

  it('parameters of a second line for the same worker are ignored with a warning', () => {
    const { warnings } = findingsOf('ProxyPass / http://h/\nProxyPass /b http://H:80/ timeout=5');
    expect(warnings).toContain(
      "AH01146: Ignoring parameter 'timeout=5' for worker 'http://h/' because of worker sharing",
    );
  });

  it('so are those of a line whose URL begins with that of an earlier worker', () => {
    const { warnings } = findingsOf('ProxyPass /a http://h/\nProxyPass /b http://h/long/ upgrade=websocket');
    expect(warnings).toEqual([
      "AH01146: Ignoring parameter 'upgrade=websocket' for worker 'http://h/' because of worker sharing",
    ]);
    expect(
      findingsOf('ProxyPass /b http://h/long/ upgrade=websocket\nProxyPass /a http://h/').warnings,
    ).toEqual([]);
  });

  it('ajp:// backends are a warning', () => {
    expect(findingsOf('ProxyPass / ajp://h/').warnings[0]).toContain('ajp:// backends are not supported yet');
  });

  it.each(['ws', 'wss', 'https', 'h2', 'h2c'])('%s:// backends need no warning', (scheme) => {
    expect(findingsOf(`ProxyPass / ${scheme}://h/`)).toMatchObject({ warnings: [], errors: [] });
  });

  it('ProxyPass in a section with a regular expression says that it matches nothing', () => {
    const { warnings } = findingsOf('<LocationMatch ^/a>\nProxyPass http://h/\n</LocationMatch>');
    expect(warnings[0]).toContain('does not read the path of this section as a regular expression');
  });
});

describe('every directive', () => {
  for (const directive of [...proxy.directives, ...proxyHttp.directives, ...proxyWstunnel.directives]) {
    it(`${directive.name} accepts its own example`, () => {
      expect(findingsOf(directive.example).errors).toEqual([]);
    });
  }
});
