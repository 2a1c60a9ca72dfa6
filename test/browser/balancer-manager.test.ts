// The balancer-manager in a real Chromium: an administrator reads the page, on a phone too, and uses its forms.
import { afterEach, describe, expect } from 'vitest';
import { type BrowserSession, startBrowser } from '../support/browser-session.ts';
import { testWith } from '../support/parts.ts';
import { type Front, startFront } from '../support/proxy-front.ts';
import { answering, startScriptedBackend } from '../support/scripted-backend.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

interface Stage {
  readonly front: Front;
  readonly browser: BrowserSession;
  readonly url: string;
  /** Of the two members. */
  readonly members: readonly string[];
}

async function stage(): Promise<Stage> {
  const backends = [await startScriptedBackend(answering(OK)), await startScriptedBackend(answering(OK))];
  running.push(...backends);
  const members = backends.map(({ port }) => `http://127.0.0.1:${port}`);
  const front = await startFront(`ProxyHCExpr "all well" {%{REQUEST_STATUS} == '200'}
<Proxy "balancer://app">
    BalancerMember "${members[0]}" route=one
    BalancerMember "${members[1]}" "route=two <b>&'"
    ProxySet stickysession=SESSION|session growth=2
</Proxy>
<Proxy "balancer://with-a-rather-long-name-that-has-to-be-broken-on-a-narrow-screen">
    BalancerMember "${members[0]}/a/path/that/is/long/as/well/and/goes/on/and/on/and/on/and/on" status=+H
</Proxy>
<Location "/balancer-manager">
    SetHandler balancer-manager
</Location>
ProxyPass "/balancer-manager" "!"
ProxyPass "/" "balancer://app/"
`);
  running.unshift(front);
  const browser = await startBrowser();
  running.unshift(browser);
  return { front, browser, members, url: `http://127.0.0.1:${front.port}/balancer-manager` };
}

/** The text of a member's cell in a column, by its head. */
function cell(member: string, head: string): string {
  return `(() => {
    const row = [...document.querySelectorAll('tbody tr')].find((one) => one.querySelector('th').innerText.endsWith(${JSON.stringify(member)}));
    return row.querySelector('[data-label="${head}"] span').textContent;
  })()`;
}

describe('the balancer-manager', () => {
  testWith(['chromium'], 'takes a member out and back with a few clicks', async () => {
    const { browser, front, url, members } = await stage();
    await browser.open(url);
    const [one] = members;
    expect(await browser.evaluate(cell(one!, 'Status'))).toBe('Init Ok ');
    await browser.leave(`[...document.links].find((a) => a.textContent === ${JSON.stringify(one)}).click()`);
    expect(await browser.evaluate('document.querySelector("#edit").textContent')).toBe(
      `Edit worker settings for ${one}`,
    );
    await browser.evaluate('document.querySelector("#w_status_D1").click()');
    await browser.fill('#w_lf', '2.5');
    await browser.evaluate('document.querySelector("#w_hm").value = "GET"');
    await browser.evaluate('document.querySelector("#w_he").value = "all well"');
    await browser.leave('document.querySelector("form button").click()');
    expect(await browser.evaluate('document.querySelector("[role=status]").textContent')).toContain(
      'The form was taken',
    );
    expect(await browser.evaluate(cell(one!, 'Status'))).toBe('Init Dis ');
    expect(await browser.evaluate(cell(one!, 'Factor'))).toBe('2.50');
    expect(await browser.evaluate(cell(one!, 'HC Expr'))).toBe('all well');
    for (let n = 0; n < 3; n++) await front.get('/');
    expect(await front.get('/balancer-manager')).toMatch(/data-label="Elected"><span>3</);
    await browser.evaluate('document.querySelector("#w_status_D0").click()');
    await browser.leave('document.querySelector("form button").click()');
    expect(await browser.evaluate(cell(one!, 'Status'))).toBe('Init Ok ');
    expect(browser.answers.map(({ status }) => status).every((status) => status === 200)).toBe(true);
  });

  testWith(['chromium'], 'sends back what its fields show without changing it', async () => {
    const { browser, url, members } = await stage();
    const [, two] = members;
    await browser.open(url);
    await browser.leave(`[...document.links].find((a) => a.textContent === ${JSON.stringify(two)}).click()`);
    const shown =
      'JSON.stringify([...document.querySelectorAll("form input, form select")].map((e) => [e.id, e.type === "radio" ? e.checked : e.value]))';
    const before = await browser.evaluate<string>(shown);
    expect(before).toContain("two <b>&'");
    await browser.leave('document.querySelector("form button").click()');
    expect(await browser.evaluate<string>(shown)).toBe(before);
    await browser.leave('[...document.links].find((a) => a.textContent === "balancer://app").click()');
    const settings = await browser.evaluate<string>(shown);
    expect(settings).toContain('SESSION|session');
    await browser.leave('document.querySelector("form button").click()');
    expect(await browser.evaluate<string>(shown)).toBe(settings);
    await browser.fill('#b_nwrkr', 'http://127.0.0.1:1/added');
    await browser.evaluate('document.querySelector("#b_wyes").click()');
    await browser.leave('document.querySelector("form button").click()');
    expect(await browser.evaluate(cell('http://127.0.0.1:1/added', 'Status'))).toBe('Init Dis ');
  });

  testWith(['chromium'], 'can be read on a phone, and by those who hear pages', async () => {
    const { browser, url, members } = await stage();
    await browser.open(url);
    await browser.leave(
      `[...document.links].find((a) => a.textContent === ${JSON.stringify(members[0])}).click()`,
    );
    for (const [width, height] of [
      [360, 740],
      [800, 600],
      [1400, 900],
    ] as const) {
      await browser.resize(width, height);
      const wide = await browser.evaluate<string>(
        'JSON.stringify([...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("thead")).map((e) => e.outerHTML.slice(0, 120)))',
      );
      expect(wide).toBe('[]');
      expect(await browser.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
    const facts = await browser.evaluate<Record<string, number>>(`(() => {
      const all = (selector) => [...document.querySelectorAll(selector)];
      return {
        headings: all('h1').length,
        unlabelled: all('input:not([type=hidden]), select').filter((e) => e.labels.length === 0).length,
        labelled: all('input:not([type=hidden]), select').length,
        headsWithoutScope: all('th:not([scope])').length,
        tablesWithoutCaption: all('table').filter((e) => e.caption === null).length,
        tables: all('table').length,
        radiosWithoutLegend: all('input[type=radio]').filter((e) => !e.closest('fieldset')?.querySelector('legend')).length,
        sameIds: all('[id]').length - new Set(all('[id]').map((e) => e.id)).size,
        withoutLanguage: document.documentElement.lang === '' ? 1 : 0,
      };
    })()`);
    expect(facts).toMatchObject({
      headings: 1,
      unlabelled: 0,
      headsWithoutScope: 0,
      tablesWithoutCaption: 0,
      radiosWithoutLegend: 0,
      sameIds: 0,
      withoutLanguage: 0,
    });
    expect(facts.labelled).toBeGreaterThan(20);
    expect(facts.tables).toBeGreaterThan(4);
  });

  testWith(['chromium'], "is not changed by another site's form", async () => {
    const { browser, front, url, members } = await stage();
    await browser.open(url);
    const nonce = await browser.evaluate<string>(
      'new URL([...document.links].find((a) => a.search.includes("nonce")).href).searchParams.get("nonce")',
    );
    // Even one that knows the nonce: the page that sends it is another host's.
    await browser.open('data:text/html,<form method=post></form>');
    await browser.evaluate(`(() => {
      const form = document.forms[0];
      form.action = ${JSON.stringify(url)};
      for (const [name, value] of Object.entries({ b: 'app', w: ${JSON.stringify(members[0])}, nonce: ${JSON.stringify(nonce)}, w_status_D: '1' })) {
        const input = document.createElement('input');
        input.name = name;
        input.value = value;
        form.append(input);
      }
    })()`);
    await browser.leave('document.forms[0].submit()');
    expect(await browser.evaluate('document.querySelector("[role=alert]").textContent')).toContain(
      'does not come from a page of this server',
    );
    expect(await browser.evaluate(cell(members[0]!, 'Status'))).toBe('Init Ok ');
    expect(front.log.some((line) => line.includes('AH10187'))).toBe(true);
  });
});
