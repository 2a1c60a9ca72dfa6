// The balancer-manager as an administrator's browser, and as a stranger's page, would use it. What Apache answers is in
// test/conformance/proxy/balancer-manager.case; here is what portico adds, and what must not be possible.
import { afterEach, describe, expect, it } from 'vitest';
import { type Front, splitAnswer, startFront } from '../../../../test/support/proxy-front.ts';
import { untilTrue } from '../../../../test/support/scene.ts';
import {
  answering,
  type ScriptedBackend,
  startScriptedBackend,
} from '../../../../test/support/scripted-backend.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

async function backend(body: string): Promise<ScriptedBackend> {
  const one = await startScriptedBackend(
    answering(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
  );
  running.push(one);
  return one;
}

const MANAGER = '<Location "/manager">\nSetHandler balancer-manager\n</Location>\nProxyPass /manager !\n';

async function front(conf: string): Promise<Front> {
  const one = await startFront(MANAGER + conf);
  running.unshift(one);
  return one;
}

const REFERER = 'Referer: http://www.example.test/manager\r\n';

/** The body of a page, asked for from a page of the same server. */
async function page(server: Front, query = ''): Promise<string> {
  return splitAnswer(await server.get(`/manager${query}`, REFERER)).body;
}

/** Sends a form as Apache's pages would. */
function post(server: Front, form: string, fields: string = REFERER): Promise<string> {
  return server.exchange(
    `POST /manager HTTP/1.1\r\nHost: www.example.test\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
      `${fields}Content-Length: ${form.length}\r\nConnection: close\r\n\r\n${form}`,
  );
}

function nonceIn(text: string): string {
  return /nonce=([0-9a-f-]{36})/.exec(text)?.[1] ?? '';
}

function balancer(ports: readonly number[], more = ''): string {
  const members = ports.map((port) => `BalancerMember http://127.0.0.1:${port}`);
  return `<Proxy "balancer://app">\n${members.join('\n')}\n${more}\n</Proxy>\nProxyPass /app balancer://app\n`;
}

describe('the nonce', () => {
  it('is a new one for each balancer and each start, and no form without it changes anything', async () => {
    const one = await backend('one');
    const conf = `${balancer([one.port])}<Proxy balancer://other>\nBalancerMember http://127.0.0.1:${one.port}\n</Proxy>`;
    const server = await front(conf);
    const nonces = [...(await page(server)).matchAll(/nonce=([0-9a-f-]{36})/g)].map(([, nonce]) => nonce);
    expect(new Set(nonces).size).toBe(2);
    await server.reload(MANAGER + conf);
    const after = nonceIn(await page(server));
    expect(nonces).not.toContain(after);
    const form = `b=app&w=http://127.0.0.1:${one.port}&w_status_D=1`;
    for (const wrong of ['', `&nonce=${nonces[0]}`, '&nonce=', '&nonce=x']) {
      expect(splitAnswer(await post(server, form + wrong)).body).toContain('Nothing was changed');
      expect(splitAnswer(await server.get('/app')).body).toBe('one');
    }
    expect(splitAnswer(await post(server, `${form}&nonce=${after}`)).body).toContain('The form was taken');
    expect(splitAnswer(await server.get('/app')).status).toContain('503');
  });

  it('of another balancer is of no use', async () => {
    const one = await backend('one');
    const server = await front(
      `${balancer([one.port], 'ProxySet nonce=mine')}<Proxy balancer://other>\nProxySet nonce=theirs\n</Proxy>`,
    );
    await post(server, `b=app&w=http://127.0.0.1:${one.port}&w_status_D=1&nonce=theirs`);
    expect(splitAnswer(await server.get('/app')).body).toBe('one');
  });
});

describe('a form', () => {
  it('from elsewhere is not looked at, and the log says so', async () => {
    const one = await backend('one');
    const server = await front(balancer([one.port], 'ProxySet nonce=n'));
    const form = `b=app&w=http://127.0.0.1:${one.port}&w_status_D=1&nonce=n`;
    for (const fields of [
      '',
      'Referer: http://evil.test/\r\n',
      'Referer: http://www.example.test.evil.test/\r\n',
    ]) {
      const { status, body } = splitAnswer(await post(server, form, fields));
      expect(status).toBe('HTTP/1.1 200 OK');
      expect(body).toContain('the request does not come from a page of this server');
      expect(body).not.toContain('name="nonce"');
    }
    expect(splitAnswer(await server.get('/app')).body).toBe('one');
    expect(server.log.filter((line) => line.includes('AH10187'))).toHaveLength(3);
    expect(server.log.find((line) => line.includes('evil.test/:'))).toContain(
      'AH10187: ignoring params in balancer-manager cross-site access http://evil.test/: www.example.test',
    );
  });

  it('that is too long is refused, with a length and without', async () => {
    const one = await backend('one');
    const server = await front(balancer([one.port], 'ProxySet nonce=n'));
    const long = 'x'.repeat(20_000);
    expect(splitAnswer(await post(server, `b=app&nonce=n&b_ss=${long}`)).status).toContain('413');
    const chunked = await server.exchange(
      `POST /manager HTTP/1.1\r\nHost: www.example.test\r\n${REFERER}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n` +
        `${long.length.toString(16)}\r\n${long}\r\n0\r\n\r\n`,
    );
    expect(splitAnswer(chunked).status).toContain('413');
  });

  it('changes all that it names, and what it says is in the log', async () => {
    const [one, two] = [await backend('one'), await backend('two')];
    const server = await front(
      `LogLevel proxy_balancer:notice\nProxyHCExpr "of us" {true}\n${balancer([one.port, two.port], 'ProxySet nonce=n')}`,
    );
    const url = `http://127.0.0.1:${one.port}`;
    await post(
      server,
      `b=app&w=${url}&nonce=n&w_lf=3.5&w_ls=2&w_wr=left&w_rr=right&w_status_I=1&w_status_N=1&w_status_H=1&w_status_R=1` +
        '&w_status_C=1&w_status_S=1&w_status_D=1&w_hm=get11&w_hi=250&w_hp=4&w_hf=5&w_hu=/up&w_he=of%2520us',
    );
    await post(server, 'b=app&nonce=n&b_lbm=bybusyness&b_tmo=9&b_max=7&b_sforce=1&b_ss=SID|sid');
    const xml = await page(server, '?xml=1');
    for (const element of [
      '<httpd:loadfactor>3.50</httpd:loadfactor>',
      '<httpd:lbset>2</httpd:lbset>',
      '<httpd:route>left</httpd:route>',
      '<httpd:redirect>right</httpd:redirect>',
      '<httpd:status>Init Ign Drn Dis Stop Stby Spar HcFl </httpd:status>',
      '<httpd:lbmethod>bybusyness</httpd:lbmethod>',
      '<httpd:timeout>9</httpd:timeout>',
      '<httpd:maxattempts>7</httpd:maxattempts>',
      '<httpd:nofailover>On</httpd:nofailover>',
      '<httpd:stickysession>SID</httpd:stickysession>',
    ])
      expect(xml).toContain(element);
    const shown = await page(server, `?b=app&w=${url}&nonce=n`);
    for (const input of [
      'name="w_hi" id="w_hi" value="250"',
      'name="w_hp" id="w_hp" value="4"',
      'name="w_hf" id="w_hf" value="5"',
      'name="w_hu" id="w_hu" value="/up"',
      '<option value="GET11" selected>',
      '<option value="of us" selected>of us</option>',
    ])
      expect(shown).toContain(input);
    expect(server.log.find((line) => line.includes('balancer-manager: b=app'))).toContain('w_lf=3.5 w_ls=2');
    expect(server.log.join()).not.toContain('nonce=n');
  });

  it('with values out of bounds changes nothing', async () => {
    const one = await backend('one');
    const server = await front(balancer([one.port, one.port + 1], 'ProxySet nonce=n'));
    const before = await page(server, '?xml=1');
    const url = `http://127.0.0.1:${one.port}`;
    for (const wrong of [
      'w_lf=0.5',
      'w_lf=101',
      'w_lf=x',
      'w_ls=100',
      'w_ls=-1',
      'w_hi=99',
      'w_hi=x',
      'w_hp=0',
      'w_hf=0',
      'w_hm=CPING',
      'w_he=none',
      'b_lbm=heartbeat',
      'b_tmo=7201',
      'b_tmo=-1',
      'b_max=100',
      'b_ss=',
      'w_wr=a%0d%0aX-Evil:%20b',
      'w_rr=a%01b',
    ])
      await post(server, `b=app&w=${url}&nonce=n&${wrong}`);
    expect((await page(server, '?xml=1')).replaceAll(/lbstatus>\d+</g, 'lbstatus>0<')).toBe(
      before.replaceAll(/lbstatus>\d+</g, 'lbstatus>0<'),
    );
  });

  it('turns checks on, and they ask for what it says and nothing else', async () => {
    const one = await backend('one');
    const server = await front(balancer([one.port], 'ProxySet nonce=n'));
    await post(
      server,
      `b=app&w=http://127.0.0.1:${one.port}&nonce=n&w_hm=GET&w_hi=100&w_hu=/x%20HTTP/1.1%0d%0aX-Evil:%20y%0d%0a`,
    );
    await untilTrue('it is asked', () => one.requests.length > 0);
    expect(one.requests[0]).toBe(
      `GET /x%20HTTP/1.1%0D%0AX-Evil:%20y%0D%0A HTTP/1.0\r\nHost: 127.0.0.1:${one.port}\r\n\r\n`,
    );
  });

  it('adds members while there is room, and none that could break out of a line', async () => {
    const one = await backend('one');
    const server = await front(balancer([one.port], 'ProxySet nonce=n growth=1'));
    const add = (url: string): Promise<string> => post(server, `b=app&nonce=n&b_wyes=1&b_nwrkr=${url}`);
    for (const url of [
      'http://a:b/',
      'http://a%0d%0ab/',
      `http://${'a'.repeat(300)}/`,
      'file:/etc/passwd',
      '',
    ])
      expect(splitAnswer(await add(url)).status).toContain('400');
    expect(await page(server)).toContain('2 [1 Used]');
    expect(splitAnswer(await add('http://127.0.0.1:1/')).status).toContain('200');
    expect(await page(server)).toContain('2 [2 Used]');
    expect(splitAnswer(await add('http://127.0.0.1:2/')).status).toContain('400');
    expect(server.log.find((line) => line.includes('AH10164'))).toContain(
      'AH10164: balancer://app: failed to add worker http://a:b/',
    );
  });
});

describe('the page', () => {
  it('escapes whatever it shows', async () => {
    const one = await backend('one');
    const server = await front(
      `ProxyHCExpr "<i>'&" {%{HC_BODY} =~ /<i>&/}\n${balancer([one.port], 'ProxySet nonce=n "stickysession=<i>|</td>"')}`,
    );
    const url = `http://127.0.0.1:${one.port}`;
    const evil = '%22%27%3E%3Ci%3E';
    await post(
      server,
      `b=app&w=${url}&nonce=n&w_wr=${evil}&w_rr=${evil}&w_hm=GET&w_hu=${evil}&w_he=%253Ci%253E%2527%2526`,
    );
    for (const query of [
      '',
      '?b=app&nonce=n',
      `?b=app&w=${url}&nonce=n`,
      `/${evil}?b=app&nonce=n`,
      '?xml=1',
    ]) {
      const text = await page(server, query);
      expect(text.length).toBeGreaterThan(500);
      expect(text).not.toContain('<i>');
      expect(text).not.toMatch(/value="[^"]*"'/);
    }
  });

  it('may not be framed, keeps its nonce to itself and runs no script', async () => {
    const one = await backend('one');
    const server = await front(balancer([one.port]));
    const { head, body } = splitAnswer(await server.get('/manager'));
    expect(head).toContain("frame-ancestors 'none'");
    expect(head).toContain("default-src 'none'");
    expect(head).toContain('Referrer-Policy: same-origin');
    expect(head).toContain('Cache-Control: no-store');
    expect(body).not.toMatch(/<script|\son[a-z]+=/i);
  });

  it('says so where a server has no balancers, and is not there without mod_proxy_balancer', async () => {
    const server = await front('');
    expect(await page(server)).toContain('This server has no balancers.');
    const without = await startFront(
      `LoadModule proxy_module x.so\nLoadModule authz_core_module x.so\n<Location /manager>\nSetHandler balancer-manager\n</Location>`,
    );
    running.push(without);
    expect(splitAnswer(await without.get('/manager')).status).toContain('404');
  });

  it('is only for those whom the configuration lets in', async () => {
    const server = await startFront(
      '<Location /manager>\nSetHandler balancer-manager\nRequire ip 192.0.2.1\n</Location>',
    );
    running.push(server);
    expect(splitAnswer(await server.get('/manager')).status).toContain('403');
  });

  it('shows a virtual host its own balancers', async () => {
    const one = await backend('one');
    const server = await front(
      `<VirtualHost *:*>\nServerName a.test\n<Proxy balancer://of-a>\nBalancerMember http://127.0.0.1:${one.port}\n</Proxy>\n</VirtualHost>\n` +
        '<VirtualHost *:*>\nServerName www.example.test\n</VirtualHost>\n',
    );
    expect(await page(server)).not.toContain('balancer://of-a');
    const answer = await server.exchange(
      'GET /manager HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toContain('balancer://of-a');
  });
});
