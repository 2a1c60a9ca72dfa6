import { describe, expect, it } from 'vitest';
import { complaintsOf, type MemoryRequest, memorySite } from '../../../test/support/memory-site.ts';
import { isInDomain } from './names.ts';

const files = { '/srv/htdocs/a.txt': 'a', '/srv/htdocs/in/a.txt': 'in' };

async function statusOf(rules: string, line = '/a.txt', more: MemoryRequest = {}): Promise<number> {
  const conf = `DocumentRoot /srv/htdocs\n<Directory /srv/htdocs>\n${rules}\n</Directory>`;
  return (await (await memorySite(conf, files)).ask(line, more)).status;
}

describe('isInDomain', () => {
  it.each([
    ['example.test', 'example.test', true],
    ['a.Example.test', 'example.TEST', true],
    ['evilexample.test', 'example.test', false],
    ['a.test', '.test', true],
    ['test', '.test', false],
    ['example.test.evil', 'example.test', false],
  ])('of %s in %s is %s', (name, domain, result) => {
    expect(isInDomain(name, domain)).toBe(result);
  });
});

describe('Require', () => {
  it.each([
    ['', 200],
    ['Require all granted', 200],
    ['Require all denied', 403],
    ['Require ip 198.51.100.0/24', 200],
    ['Require ip 198.51', 200],
    ['Require ip 198.51.100.7 203.0.113.1', 200],
    ['Require ip 203.0.113.0/24', 403],
    ['Require local', 403],
    ['Require method GET', 200],
    ['Require method POST', 403],
    ['Require env nosuch', 403],
    ['SetEnvIf Request_URI a yes\nRequire env no yes', 200],
    ["Require expr %{REQUEST_METHOD} == 'GET'", 200],
    ['Require expr "%{REQUEST_METHOD} == \'PUT\'"', 403],
    ['Require all denied\nRequire ip 198.51.100.7', 200],
    ['<RequireAll>\nRequire all granted\nRequire not ip 198.51.100.7\n</RequireAll>', 403],
    ['<RequireAll>\nRequire all granted\nRequire not ip 203.0.113.1\n</RequireAll>', 200],
    ['<RequireAll>\nRequire all granted\nRequire all denied\n</RequireAll>', 403],
    ['<RequireAny>\nRequire all denied\nRequire all granted\n</RequireAny>', 200],
    [
      '<RequireAll>\nRequire all granted\n<RequireNone>\nRequire ip 203.0.113.1\nRequire ip 198.51\n</RequireNone>\n</RequireAll>',
      403,
    ],
    [
      '<RequireAll>\nRequire all granted\n<RequireNone>\nRequire ip 203.0.113.1\n</RequireNone>\n</RequireAll>',
      200,
    ],
    ['<Limit GET>\nRequire all denied\n</Limit>', 403],
    ['<Limit POST>\nRequire all denied\n</Limit>', 200],
    ['<LimitExcept GET>\nRequire all denied\n</LimitExcept>', 200],
    ['<LimitExcept POST>\nRequire all denied\n</LimitExcept>', 403],
  ])('%s answers %i', async (rules, status) => {
    expect(await statusOf(rules)).toBe(status);
  });

  it('knows the addresses of a list, however long, and only those', async () => {
    const lines = Array.from({ length: 500 }, (_, i) => `203.0.${i >> 8}.${i & 255}`);
    const outside = `<RequireAll>\nRequire all granted\n${lines.map((each) => `Require not ip ${each}`).join('\n')}\n</RequireAll>`;
    const inside = lines.map((each) => `Require ip ${each}`).join('\n');
    for (const [clientAddress, isListed] of [
      ['203.0.0.0', true],
      ['203.0.1.243', true],
      ['203.0.1.244', false],
      ['::ffff:203.0.1.1', true],
    ] as const) {
      expect(await statusOf(outside, '/a.txt', { clientAddress })).toBe(isListed ? 403 : 200);
      expect(await statusOf(inside, '/a.txt', { clientAddress })).toBe(isListed ? 200 : 403);
    }
  });

  it('counts HEAD as GET', async () => {
    expect(await statusOf('Require method GET', 'HEAD /a.txt')).toBe(200);
    expect(await statusOf('<Limit GET>\nRequire all denied\n</Limit>', 'HEAD /a.txt')).toBe(403);
  });

  it('takes the loopback and the own address for local', async () => {
    expect(await statusOf('Require local', '/a.txt', { clientAddress: '127.0.0.9' })).toBe(200);
    expect(await statusOf('Require local', '/a.txt', { clientAddress: '::1' })).toBe(200);
    expect(await statusOf('Require local', '/a.txt', { clientAddress: '192.0.2.80' })).toBe(200);
    expect(await statusOf('Require local', '/a.txt', { clientAddress: '::ffff:127.0.0.1' })).toBe(200);
  });

  it('of an inner section replaces the outer, unless AuthMerging combines them', async () => {
    const inner = (lines: string): string => `</Directory>\n<Directory /srv/htdocs/in>\n${lines}`;
    expect(await statusOf(`Require all denied\n${inner('Require all granted')}`, '/in/a.txt')).toBe(200);
    expect(
      await statusOf(`Require all denied\n${inner('AuthMerging And\nRequire all granted')}`, '/in/a.txt'),
    ).toBe(403);
    expect(
      await statusOf(`Require all granted\n${inner('AuthMerging Or\nRequire all denied')}`, '/in/a.txt'),
    ).toBe(200);
  });

  it('that needs a user is 500 while nobody can be asked for one', async () => {
    expect(await statusOf("Require expr %{REMOTE_USER} == 'anna'")).toBe(500);
  });

  it('logs whom it refuses', async () => {
    const open = await memorySite(
      'DocumentRoot /srv/htdocs\n<Directory /srv/htdocs>\nRequire all denied\n</Directory>',
      files,
    );
    await open.ask('/a.txt');
    expect(open.logLines.join('\n')).toContain(
      '[authz_core:error] [pid 1] [client 198.51.100.7:50000] AH01630: client denied by server configuration: /srv/htdocs/a.txt',
    );
  });

  it('is asked before it is known whether there is a file', async () => {
    expect(await statusOf('Require all denied', '/none')).toBe(403);
  });
});

describe('Order, Allow and Deny', () => {
  it.each([
    ['Order deny,allow\nDeny from all', 403],
    ['Order deny,allow\nDeny from all\nAllow from 198.51', 200],
    ['Order allow,deny', 403],
    ['Order allow,deny\nAllow from all', 200],
    ['Order allow,deny\nAllow from all\nDeny from 198.51.100.7', 403],
    ['Order mutual-failure\nAllow from 198.51', 200],
    ['Order mutual-failure\nAllow from all\nDeny from 198.51', 403],
    ['SetEnvIf Request_URI a yes\nOrder allow,deny\nAllow from env=yes', 200],
    ['Order allow,deny\nAllow from env=!no', 200],
    ['Order allow,deny\nAllow from all\nRequire all denied', 403],
    ['Order deny,allow\nDeny from all\nRequire all granted', 403],
    ['Satisfy Any\nOrder deny,allow\nDeny from all\nRequire all granted', 200],
    ['Satisfy Any\nOrder allow,deny\nAllow from all\nRequire all denied', 200],
    // Nothing is required of a user, so that everybody is one.
    ['Satisfy Any\nOrder deny,allow\nDeny from all', 200],
    ['<Limit POST>\nOrder deny,allow\nDeny from all\n</Limit>', 200],
    ['<Limit GET>\nOrder deny,allow\nDeny from all\n</Limit>', 403],
  ])('%s answers %i', async (rules, status) => {
    expect(await statusOf(rules)).toBe(status);
  });
});

// Apache 2.4.71 says exactly this.
describe('access rules refuse what Apache refuses', () => {
  it.each([
    ['Require', 'Unknown Authz provider: '],
    ['Require foo bar', 'Unknown Authz provider: foo'],
    ['Require all foo', "Argument for 'Require all' must be 'granted' or 'denied'"],
    ['Require not all granted', 'negative Require directive has no effect in <RequireAny> directive'],
    ['Require ip', "'require ip' requires an argument"],
    ['Require ip x', "ip address 'x' appears to be invalid"],
    [
      'Require ip 10.1 1.2.3.4/33',
      "ip address '1.2.3.4/33' appears to be invalid: The specified network mask is invalid.",
    ],
    ['Require ip 256.1', "ip address '256.1' appears to be invalid: The specified IP address is invalid."],
    ['Require method FOO GET', "Invalid Method 'FOO'"],
    ['Require expr', 'Cannot parse expression in require line: syntax error, unexpected $end'],
    ['<RequireAll>\n</RequireAll>', '<RequireAll> directive contains no authorization directives'],
    [
      '<RequireAll x>\nRequire all granted\n</RequireAll>',
      "<RequireAll> directive doesn't take additional arguments",
    ],
    [
      '<RequireAll>\nRequire not all granted\n</RequireAll>',
      'AH01624: <RequireAll> directive contains only negative authorization directives',
    ],
    [
      '<RequireNone>\nRequire all granted\n</RequireNone>',
      '<RequireNone> directive has no effect in <RequireAny> directive',
    ],
    ['AuthMerging x', 'AuthMerging must be one of: Off | And | Or'],
    ['Order x', 'unknown order'],
    ['Deny from 1.2.3.4/99', 'The specified network mask is invalid.'],
    ['Satisfy x', "Satisfy either 'any' or 'all'."],
  ])('%s', (line, message) => {
    expect(complaintsOf(`<Location />\n${line}\n</Location>`)).toEqual([message]);
  });

  it('outside of sections', () => {
    expect(complaintsOf('Require all granted')).toEqual(['Require not allowed here']);
  });
});
