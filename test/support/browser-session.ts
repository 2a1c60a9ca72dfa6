// A real Chromium that is used as a person would: pages are opened, forms filled in and sent, files chosen. Spoken to by
// its own protocol (Chrome DevTools) over a WebSocket on loopback.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { part } from './programs.ts';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
];

const PATIENCE_MS = 30_000;

export interface BrowserSession {
  /** Opens a URL and waits until its page has loaded. */
  open(url: string): Promise<void>;
  /** The value of a JavaScript expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Waits until an expression is true in the page. */
  waitFor(expression: string): Promise<void>;
  /** Puts a text into the field that a CSS selector names. */
  fill(selector: string, text: string): Promise<void>;
  /** Does something that leads to another page, and waits until that has loaded. */
  leave(expression: string): Promise<void>;
  /** URLs that the browser does not ask for from now on, with `*` for any text. */
  leaveOut(...urls: readonly string[]): Promise<void>;
  /** Gives the page another size, as a phone has it below 600 pixels. */
  resize(width: number, height: number): Promise<void>;
  /** A picture of the whole page (PNG). */
  picture(): Promise<Buffer>;
  /** Chooses a file for an `<input type=file>`. */
  chooseFile(selector: string, path: string): Promise<void>;
  /** URL and status of every document and resource that was answered so far. */
  readonly answers: readonly { readonly url: string; readonly status: number }[];
  close(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  /** Of Network.responseReceived; other events are only counted. */
  readonly params?: { readonly response?: { readonly url: string; readonly status: number } };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Starts a browser with a profile of its own and one empty page. */
export async function startBrowser(): Promise<BrowserSession> {
  const profile = mkdtempSync(join(tmpdir(), 'portico-chromium-'));
  const child = spawn(
    part('chromium')?.program ?? '',
    [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const port = await new Promise<string>((resolve, reject) => {
      let said = '';
      const timer = setTimeout(() => reject(new Error(`Chromium is silent:\n${said}`)), PATIENCE_MS);
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString('latin1');
        const found = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(said)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      });
      child.on('error', reject);
    });
    return await openSession(await pageAddress(port), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function pageAddress(port: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const response = await fetch(`http://127.0.0.1:${port}/json/list`);
    const targets = (await response.json()) as { type: string; webSocketDebuggerUrl: string }[];
    const page = targets.find(({ type }) => type === 'page');
    if (page !== undefined) return page.webSocketDebuggerUrl;
    await sleep(50);
  }
  throw new Error('Chromium has no page');
}

async function openSession(address: string, stop: () => Promise<void>): Promise<BrowserSession> {
  const socket = new WebSocket(address, { perMessageDeflate: false });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const waiting = new Map<number, (message: Message) => void>();
  const answers: { url: string; status: number }[] = [];
  let loads = 0;
  let lastId = 0;
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    else if (message.method === 'Page.loadEventFired') loads += 1;
    else if (message.method === 'Network.responseReceived') {
      const response = message.params?.response;
      if (response !== undefined) answers.push({ url: response.url, status: response.status });
    }
  });

  const call = async <T>(method: string, params: object = {}): Promise<T> => {
    const id = ++lastId;
    const reply = new Promise<Message>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const message = await reply;
    waiting.delete(id);
    if (message.error !== undefined) throw new Error(`${method}: ${message.error.message}`);
    return message.result as T;
  };

  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await call<{
      result: { value: T };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    }>('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails !== undefined)
      throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  };

  const untilTrue = async (what: string, ask: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      if (await ask().catch(() => false)) return;
      if (Date.now() > deadline) throw new Error(`${what} did not come true in the page`);
      await sleep(50);
    }
  };

  /** Nothing that the page has asked for is under way any more: what is done next cannot be undone by a late answer. */
  const isComplete = (): Promise<boolean> => evaluate<boolean>('document.readyState === "complete"');

  const loaded = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    const before = loads;
    await act();
    await untilTrue(what, async () => loads > before && (await isComplete()));
  };

  await Promise.all([
    call('Page.enable'),
    call('Network.enable'),
    call('Runtime.enable'),
    call('DOM.enable'),
  ]);
  await untilTrue('the empty page', isComplete);

  return {
    answers,
    evaluate,
    open: (url) =>
      loaded(url, async () => {
        const { errorText } = await call<{ errorText?: string }>('Page.navigate', { url });
        if (errorText !== undefined) throw new Error(`${url}: ${errorText}`);
      }),
    waitFor: (expression) => untilTrue(expression, () => evaluate<boolean>(`Boolean(${expression})`)),
    async fill(selector, text) {
      const field = `document.querySelector(${JSON.stringify(selector)})`;
      await evaluate(
        `(() => { const field = ${field}; field.focus(); field.value = ${JSON.stringify(text)};` +
          `field.dispatchEvent(new Event('input', { bubbles: true }));` +
          `field.dispatchEvent(new Event('change', { bubbles: true })); })()`,
      );
    },
    leaveOut: async (...urls) => {
      await call('Network.setBlockedURLs', { urls });
    },
    leave: (expression) => loaded(expression, () => evaluate(`void (${expression})`)),
    resize: (width, height) =>
      call('Emulation.setDeviceMetricsOverride', {
        width,
        height,
        deviceScaleFactor: 1,
        mobile: width < 600,
      }),
    async picture() {
      const { data } = await call<{ data: string }>('Page.captureScreenshot', {
        captureBeyondViewport: true,
      });
      return Buffer.from(data, 'base64');
    },
    async chooseFile(selector, path) {
      const { root } = await call<{ root: { nodeId: number } }>('DOM.getDocument');
      const { nodeId } = await call<{ nodeId: number }>('DOM.querySelector', {
        nodeId: root.nodeId,
        selector,
      });
      await call('DOM.setFileInputFiles', { nodeId, files: [path] });
    },
    async close() {
      socket.terminate();
      await stop();
    },
  };
}
