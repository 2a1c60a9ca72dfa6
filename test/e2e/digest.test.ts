// mod_auth_digest: clients that compute, well and badly. The real Apache and the built portico get the same conversations
// and have to give the same answers; curl is the client that does it as everybody does.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { curl } from '../support/curl.ts';
import { type PartName, part, testWith } from '../support/parts.ts';
import { createRawClient, type RawAnswer } from '../support/raw-client.ts';
import { makeScene, type Scene, until } from '../support/scene.ts';
import type { ServerKind } from '../support/server-process.ts';

const KINDS: readonly ServerKind[] = ['apache', 'portico'];
const MODULES = [
  'alias',
  'authn_core',
  'authn_file',
  'auth_digest',
  'authz_user',
  'authz_host',
  'rewrite',
  'dir',
];
const REALM = 'Members Only';

function md5(text: string): string {
  return createHash('md5').update(text, 'latin1').digest('hex');
}

const HA1 = md5(`anna:${REALM}:secret`);

const LOCK = `AuthType Digest
AuthName "${REALM}"
AuthUserFile {ROOT}/users
Require valid-user`;

const CONF = `LogLevel info
<Location /plain>
${LOCK}
</Location>
<Location /counted>
${LOCK}
AuthDigestNcCheck On
</Location>
<Location /once>
${LOCK}
AuthDigestNonceLifetime 0
</Location>
<Location /short>
${LOCK}
AuthDigestNonceLifetime 2
</Location>
<Location /forever>
${LOCK}
AuthDigestNonceLifetime -1
</Location>
<Location /domain>
${LOCK}
AuthDigestDomain /domain/ /plain/
AuthDigestQop auth
</Location>
<Location /plain/bob>
Require user bob
</Location>
<Location /counted/domain>
AuthDigestDomain /x
</Location>
<Location /domain/counted>
AuthDigestNcCheck On
</Location>
<Location /inner>
${LOCK}
</Location>
<Location /inner/bare>
AuthDigestQop auth
</Location>
<Location /inner/other>
AuthName Other
</Location>
<Location /nofile>
AuthType Digest
AuthName "${REALM}"
Require valid-user
</Location>
<Location /noname>
AuthType Digest
AuthUserFile {ROOT}/users
Require valid-user
</Location>
AuthDigestShmemSize 4000
RewriteEngine On
RewriteRule ^/plain/moved$ /plain/a.txt
`;

/** The parameters of a challenge, without quotes. */
type Parameters = Readonly<Record<string, string>>;

function parametersOf(field: string | undefined): Parameters {
  const found = [...(field ?? '').matchAll(/([a-z]+)=(?:"([^"]*)"|([^\s,]+))/g)];
  return Object.fromEntries(found.map(([, name, quoted, token]) => [name!, quoted ?? token ?? '']));
}

function headerOf(answer: RawAnswer, name: string): string | undefined {
  return answer.headers.find(([each]) => each.toLowerCase() === name)?.[1];
}

interface Said {
  username: string;
  realm: string;
  nonce: string;
  uri: string;
  nc?: string;
  cnonce?: string;
  qop?: string;
  opaque?: string;
  algorithm?: string;
  response?: string;
}

function responseTo(method: string, ha1: string, said: Said): string {
  const ha2 = md5(`${method}:${said.uri}`);
  return said.qop === undefined
    ? md5(`${ha1}:${said.nonce}:${ha2}`)
    : md5(`${ha1}:${said.nonce}:${said.nc}:${said.cnonce}:${said.qop}:${ha2}`);
}

const UNQUOTED = new Set(['nc', 'qop', 'algorithm']);

function fieldOf(said: Said): string {
  const pairs = Object.entries(said).filter(([, value]) => value !== undefined);
  return `Digest ${pairs.map(([name, value]) => `${name}=${UNQUOTED.has(name) ? value : `"${value}"`}`).join(', ')}`;
}

/** One server, and a client of it. */
class Talk {
  readonly kind: ServerKind;
  #scene: Scene | undefined;

  constructor(kind: ServerKind) {
    this.kind = kind;
  }

  get needs(): readonly PartName[] {
    return this.kind === 'apache' ? ['apache2'] : [];
  }

  get scene(): Scene {
    return this.#scene!;
  }

  async begin(): Promise<void> {
    if (this.needs.some((each) => part(each) === undefined)) return;
    this.#scene = await makeScene();
    this.scene.write('users', `anna:${REALM}:${HA1}\nbob:${REALM}:${md5(`bob:${REALM}:hidden`)}\n`);
    for (const name of ['plain', 'counted', 'once', 'short', 'forever', 'domain'])
      this.scene.write(`htdocs/${name}/a.txt`, name);
    for (const name of ['plain/bob', 'inner/a', 'inner/bare', 'inner/other', 'nofile', 'noname'])
      this.scene.write(`htdocs/${name}`, name);
    await this.scene.start(CONF, { kind: this.kind, modules: MODULES });
  }

  async close(): Promise<void> {
    await this.#scene?.close();
  }

  async ask(path: string, authorization?: string, method = 'GET'): Promise<RawAnswer> {
    const client = createRawClient(this.scene.port);
    const field = authorization === undefined ? '' : `Authorization: ${authorization}\r\n`;
    const bytes = `${method} ${path} HTTP/1.1\r\nHost: localhost:${this.scene.port}\r\n${field}\r\n`;
    try {
      const [outcome] = await client.send({ bytes: Buffer.from(bytes, 'latin1'), method });
      if (outcome?.kind !== 'answer') throw new Error(`no answer: ${outcome?.kind}`);
      return outcome;
    } finally {
      client.close();
    }
  }

  async challenge(path: string): Promise<Parameters> {
    const answer = await this.ask(path);
    expect(answer.status).toBe(401);
    return parametersOf(headerOf(answer, 'www-authenticate'));
  }

  /** A right answer to a challenge, changed by `change` before, and by `spoil` after, it is computed. */
  async say(
    path: string,
    challenge: Parameters,
    change: Partial<Said> = {},
    spoil: Partial<Said> = {},
    method = 'GET',
  ): Promise<RawAnswer> {
    const said: Said = {
      username: 'anna',
      realm: challenge.realm ?? '',
      nonce: challenge.nonce ?? '',
      uri: path,
      ...(challenge.qop === undefined ? {} : { qop: 'auth', nc: '00000001', cnonce: 'c0ffee' }),
      ...(challenge.opaque === undefined ? {} : { opaque: challenge.opaque }),
      ...change,
    };
    const ha1 = said.username === 'bob' ? md5(`bob:${REALM}:hidden`) : HA1;
    const response = responseTo(method, ha1, said);
    return this.ask(path, fieldOf({ ...said, response, ...spoil }), method);
  }
}

const talks = KINDS.map((kind) => new Talk(kind));

beforeAll(async () => {
  await Promise.all(talks.map((talk) => talk.begin()));
});

afterAll(async () => {
  await Promise.all(talks.map((talk) => talk.close()));
});

/** What is compared of an answer: its status, and the names in its challenge with what is not made by chance. */
function told(answer: RawAnswer): unknown[] {
  const { nonce, opaque, ...rest } = parametersOf(headerOf(answer, 'www-authenticate'));
  const challenge =
    nonce === undefined
      ? {}
      : { ...rest, nonce: nonce.length, ...(opaque === undefined ? {} : { opaque: 'some' }) };
  return [answer.status, challenge];
}

const ASKED = [401, { realm: REALM, algorithm: 'MD5', qop: 'auth', nonce: 52 }];
const STALE = [401, { realm: REALM, algorithm: 'MD5', qop: 'auth', nonce: 52, stale: 'true' }];
const IN = [200, {}];

for (const talk of talks) {
  const hold = (title: string, body: () => Promise<void>): void => testWith(talk.needs, title, body, 30_000);

  describe(`${talk.kind} with Digest`, () => {
    hold('asks', async () => {
      const answer = await talk.ask('/plain/a.txt');
      expect(headerOf(answer, 'www-authenticate')).toMatch(
        /^Digest realm="Members Only", nonce="[A-Za-z0-9+/]{11}=[0-9a-f]{40}", algorithm=MD5, qop="auth"$/,
      );
      expect(told(await talk.ask('/counted/a.txt'))).toEqual([
        401,
        { realm: REALM, algorithm: 'MD5', qop: 'auth', nonce: 52, opaque: 'some' },
      ]);
      expect(headerOf(await talk.ask('/domain/a.txt'), 'www-authenticate')).toMatch(
        /, algorithm=MD5, domain="\/domain\/ \/plain\/", qop="auth"$/,
      );
    });

    hold('lets in who answers, and proves that it knows the password, too', async () => {
      const challenge = await talk.challenge('/plain/a.txt');
      const answer = await talk.say('/plain/a.txt', challenge);
      expect([answer.status, answer.body]).toEqual([200, 'plain']);
      const info = parametersOf(headerOf(answer, 'authentication-info'));
      expect(info).toEqual({
        rspauth: md5(`${HA1}:${challenge.nonce}:00000001:c0ffee:auth:${md5(':/plain/a.txt')}`),
        cnonce: 'c0ffee',
        nc: '00000001',
        qop: 'auth',
      });
      expect(told(await talk.say('/plain/a.txt', challenge, { nc: '00000001' }))).toEqual(IN);
      expect(told(await talk.say('/plain/a.txt?q=1', challenge))).toEqual(IN);
      expect(told(await talk.say('/plain/a.txt', challenge, { algorithm: 'md5' }))).toEqual(IN);
      expect((await talk.say('/plain/a.txt', challenge, {}, {}, 'HEAD')).status).toBe(200);
    });

    hold('does not let in clients of RFC 2069, which know no qop', async () => {
      const { qop: _, ...without } = await talk.challenge('/plain/a.txt');
      expect(told(await talk.say('/plain/a.txt', without))).toEqual(ASKED);
      await until('the line in the log', () => talk.scene.errorLog().includes('AH10560') || undefined);
    });

    hold('refuses what is wrong', async () => {
      const challenge = await talk.challenge('/plain/a.txt');
      const say = async (change: Partial<Said>, spoil: Partial<Said> = {}): Promise<unknown[]> =>
        told(await talk.say('/plain/a.txt', challenge, change, spoil));
      expect(await say({}, { response: md5('x') })).toEqual(ASKED);
      expect(await say({}, { response: '' })).toEqual(ASKED);
      expect(await say({}, { response: 'x'.repeat(33) })).toEqual(ASKED);
      expect(await say({}, { nc: '00000002' })).toEqual(ASKED);
      expect(await say({}, { cnonce: 'tea' })).toEqual(ASKED);
      expect(await say({ username: 'nobody' })).toEqual(ASKED);
      expect(await say({ username: '' })).toEqual(ASKED);
      expect(await say({ realm: 'Other' })).toEqual(ASKED);
      expect(await say({ algorithm: 'MD5-sess' })).toEqual(ASKED);
      expect(await say({ algorithm: 'SHA-256' })).toEqual(ASKED);
      expect(await say({ qop: 'auth-int' })).toEqual(ASKED);
      expect(await say({ nonce: 'short' })).toEqual(ASKED);
      expect(await say({ nonce: 'x'.repeat(5000) })).toEqual(ASKED);
      expect(await say({ nonce: `${'A'.repeat(11)}=${'0'.repeat(40)}` })).toEqual(STALE);
      // A number that was never given out: the client gets one.
      const numbered = [401, { ...(STALE[1] as object), opaque: 'some' }];
      expect(await say({ opaque: 'zzz' })).toEqual(numbered);
      expect(await say({ opaque: '' })).toEqual(numbered);
      expect(await say({ opaque: 'ffff' })).toEqual(numbered);
      expect((await talk.say('/plain/a.txt', challenge, {}, {}, 'DELETE')).status).toBe(405);
    });

    hold('refuses a uri that is not the one asked for', async () => {
      const challenge = await talk.challenge('/plain/a.txt');
      const statusOf = async (uri: string, path = '/plain/a.txt'): Promise<number> =>
        (await talk.say(path, challenge, { uri })).status;
      expect(await statusOf('/plain/b.txt')).toBe(400);
      expect(await statusOf('/plain/a.txt?x')).toBe(400);
      expect(await statusOf('/plain/a.txt', '/plain/a.txt?x')).toBe(400);
      expect(await statusOf('/plain/%61.txt')).toBe(200);
      expect(await statusOf('/plain/a.txt', '/plain/%61.txt')).toBe(200);
      expect(await statusOf(`http://localhost:${talk.scene.port}/plain/a.txt`)).toBe(200);
      expect(await statusOf('http://localhost/plain/a.txt')).toBe(400);
      expect(await statusOf(`http://elsewhere:${talk.scene.port}/plain/a.txt`)).toBe(400);
      expect(await statusOf('*')).toBe(400);
      expect(await statusOf('')).toBe(400);
    });

    hold('refuses what is no digest', async () => {
      const statusOf = async (field: string): Promise<unknown[]> =>
        told(await talk.ask('/plain/a.txt', field));
      for (const field of [
        'Digest',
        'Digest ',
        'Digest username="anna"',
        'Digest ,,,,=,=,"',
        `Digest username="anna", realm="${REALM}", nonce="x", uri="/plain/a.txt", response="x", qop=auth`,
        `Digest ${'username="'.repeat(700)}`,
        `Digest ${'\\"'.repeat(3000)}`,
        'Basic YW5uYTpzZWNyZXQ=',
        'digest',
        '"',
      ])
        expect(await statusOf(field)).toEqual(ASKED);
    });

    hold('reads quotes, blanks and capitals as they come', async () => {
      const challenge = await talk.challenge('/plain/a.txt');
      const said = { username: 'anna', realm: REALM, nonce: challenge.nonce!, uri: '/plain/a.txt' };
      const full = { ...said, nc: '00000001', cnonce: 'a"b\\c', qop: 'auth' };
      const response = responseTo('GET', HA1, full);
      const field = `dIgEsT  UserName = "an\\na" ,realm="${REALM}",NONCE=${challenge.nonce} , uri="/plain/a.txt", cnonce="a\\"b\\\\c",nc = 00000001,qop="auth" ,response = "${response}", more, =, x=`;
      const answer = await talk.ask('/plain/a.txt', field);
      expect(answer.status).toBe(200);
      expect(headerOf(answer, 'authentication-info')).toContain(String.raw`cnonce="a\"b\c"`);
    });

    hold('lets no count serve twice with AuthDigestNcCheck', async () => {
      const challenge = await talk.challenge('/counted/a.txt');
      const count = async (nc: string, of = challenge): Promise<RawAnswer> =>
        talk.say('/counted/a.txt', of, { nc });
      expect((await count('00000001')).status).toBe(200);
      expect((await count('00000002')).status).toBe(200);
      const replayed = await count('00000002');
      expect(replayed.status).toBe(401);
      expect((await count('00000005')).status).toBe(200);
      expect((await count('00000004')).status).toBe(401);
      expect((await count('7')).status).toBe(200);
      expect((await count('zz')).status).toBe(401);
      // A wrong password counts for nothing.
      expect((await talk.say('/counted/a.txt', challenge, { nc: '00000020', username: 'zoe' })).status).toBe(
        401,
      );
      expect((await count('00000008')).status).toBe(200);
      // Once a newer nonce is used, the one before is over.
      const again = parametersOf(headerOf(replayed, 'www-authenticate'));
      expect([again.opaque, again.stale]).toEqual([challenge.opaque, undefined]);
      expect((await count('00000009')).status).toBe(200);
      expect((await count('00000001', again)).status).toBe(200);
      expect((await count('0000000a')).status).toBe(401);
      expect((await count('00000002', again)).status).toBe(200);
      expect((await count('00000001', again)).status).toBe(401);
      await until('the line in the log', () => talk.scene.errorLog().includes('AH01774') || undefined);
    });

    hold('wants the number back that it gave', async () => {
      const { opaque: _, ...without } = await talk.challenge('/counted/a.txt');
      const answer = await talk.say('/counted/a.txt', without);
      const again = parametersOf(headerOf(answer, 'www-authenticate'));
      expect([answer.status, again.stale]).toEqual([401, 'true']);
      // Another section's nonce, made for nobody in particular.
      const plain = await talk.challenge('/plain/a.txt');
      expect((await talk.say('/counted/a.txt', plain)).status).toBe(401);
    });

    hold('asks a client that it has forgotten anew, as stale', async () => {
      const challenge = await talk.challenge('/counted/a.txt');
      const answer = await talk.say('/counted/a.txt', { ...challenge, opaque: 'fffffff' });
      expect(answer.status).toBe(401);
      const again = parametersOf(headerOf(answer, 'www-authenticate'));
      expect(again.stale).toBe('true');
      expect((await talk.say('/counted/a.txt', again)).status).toBe(200);
    });

    hold('hands out nonces that serve once', async () => {
      const challenge = await talk.challenge('/once/a.txt');
      const first = await talk.say('/once/a.txt', challenge);
      expect(first.status).toBe(200);
      const { nextnonce } = parametersOf(headerOf(first, 'authentication-info'));
      expect(nextnonce).toMatch(/^[A-Za-z0-9+/]{11}=[0-9a-f]{40}$/);
      const replayed = await talk.say('/once/a.txt', challenge);
      expect([replayed.status, parametersOf(headerOf(replayed, 'www-authenticate')).stale]).toEqual([
        401,
        'true',
      ]);
      const next = await talk.challenge('/once/a.txt');
      const used = await talk.say('/once/a.txt', next);
      const following = parametersOf(headerOf(used, 'authentication-info')).nextnonce!;
      expect((await talk.say('/once/a.txt', { ...next, nonce: following })).status).toBe(200);
    });

    hold('lets nonces grow old', async () => {
      const challenge = await talk.challenge('/short/a.txt');
      const forever = await talk.challenge('/forever/a.txt');
      const first = await talk.say('/short/a.txt', challenge);
      expect(first.status).toBe(200);
      // It has less than half a minute to live: the client gets its next one.
      const { nextnonce } = parametersOf(headerOf(first, 'authentication-info'));
      expect(nextnonce).toBeDefined();
      const late = await until('the nonce to expire', async () => {
        const answer = await talk.say('/short/a.txt', challenge);
        return answer.status === 401 ? answer : undefined;
      });
      const again = parametersOf(headerOf(late, 'www-authenticate'));
      expect(again.stale).toBe('true');
      expect((await talk.say('/short/a.txt', again)).status).toBe(200);
      expect((await talk.say('/forever/a.txt', forever)).status).toBe(200);
    });

    hold('asks again whom Require does not want', async () => {
      const challenge = await talk.challenge('/plain/bob');
      expect(told(await talk.say('/plain/bob', challenge))).toEqual(ASKED);
      expect((await talk.say('/plain/bob', challenge, { username: 'bob' })).status).toBe(200);
    });

    hold('forgets what outer sections say of digests, but not the realm', async () => {
      expect((await talk.say('/inner/a', await talk.challenge('/inner/a'))).status).toBe(200);
      expect((await talk.say('/inner/bare', await talk.challenge('/inner/bare'))).status).toBe(200);
      const other = await talk.challenge('/inner/other');
      expect(other.realm).toBe('Other');
      expect((await talk.say('/inner/other', other)).status).toBe(401);
      expect((await talk.challenge('/counted/domain')).opaque).toBeUndefined();
      expect(await talk.challenge('/domain/counted')).not.toHaveProperty('domain');
      expect((await talk.ask('/noname')).status).toBe(500);
      expect((await talk.say('/nofile', await talk.challenge('/nofile'))).status).toBe(500);
    });

    hold('remembers no more clients than there is room for', async () => {
      const first = await talk.challenge('/counted/a.txt');
      for (let i = 0; i < 100; i++) await talk.challenge('/counted/a.txt');
      const answer = await talk.say('/counted/a.txt', first);
      expect([answer.status, parametersOf(headerOf(answer, 'www-authenticate')).stale]).toEqual([
        401,
        'true',
      ]);
      await until('the line in the log', () => talk.scene.errorLog().includes('AH10618') || undefined);
    });

    hold('knows the user after rules have led elsewhere', async () => {
      const challenge = await talk.challenge('/plain/moved');
      const answer = await talk.say('/plain/moved', challenge);
      expect([answer.status, answer.body]).toEqual([200, 'plain']);
    });

    testWith([...talk.needs, 'curl'], 'is understood by curl', async () => {
      const url = (path: string): string => `${talk.scene.origin}${path}`;
      const login = ['--digest', '--user', 'anna:secret', '--fail'];
      for (const path of ['/plain/a.txt', '/counted/a.txt', '/once/a.txt', '/domain/a.txt']) {
        const run = await curl([...login, url(path), url(path), url(path)]);
        const name = path.split('/')[1]!;
        expect([run.code, run.stdout]).toEqual([0, name.repeat(3)]);
      }
      const wrong = await curl([
        '--digest',
        '--user',
        'anna:wrong',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}',
        url('/plain/a.txt'),
      ]);
      expect(wrong.stdout).toBe('401');
    });
  });
}
