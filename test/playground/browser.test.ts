// The engine as a browser gets it: made of nothing that only Node has, and with the same answers in a real Chromium, on a
// page and in a worker.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineEntry, engineOptions } from '../../scripts/playground-engine.mjs';
import { type PlayAnswer, type PlayQuestion, play } from '../../src/tools/playground/play.ts';
import { type BrowserSession, startBrowser } from '../support/browser-session.ts';
import { part, testWith } from '../support/parts.ts';
import { BROWSER_QUESTIONS, UNANSWERABLE } from './browser-questions.ts';
import { HOSTILE } from './hostile-questions.ts';
import { HTACCESS_QUESTIONS, PLAIN } from './questions.ts';

const PAGE =
  '<!DOCTYPE html><script type="module">import { play } from "/engine.js"; window.play = play;</script>';
const WORKER =
  'import { play } from "/engine.js"; self.onmessage = async ({ data }) => self.postMessage(await play(data));';

let script = '';
let server: Server | undefined;
let browser: BrowserSession | undefined;

beforeAll(async () => {
  const { outputFiles = [] } = await build({
    ...engineOptions,
    entryPoints: [engineEntry],
    minify: true,
    write: false,
    logLevel: 'silent',
  });
  script = outputFiles[0]!.text;
  if (part('chromium') === undefined) return;
  const texts = new Map([
    ['/engine.js', script],
    ['/worker.js', WORKER],
  ]);
  const serving = createServer((request, response) => {
    const text = texts.get(request.url ?? '');
    response.setHeader('Content-Type', text === undefined ? 'text/html' : 'text/javascript');
    response.end(text ?? PAGE);
  });
  await new Promise<void>((resolve) => serving.listen(0, '127.0.0.1', resolve));
  server = serving;
  browser = await startBrowser();
  await browser.open(`http://127.0.0.1:${(serving.address() as AddressInfo).port}/`);
  await browser.waitFor('window.play');
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  server?.closeAllConnections();
});

/** In the browser, where values that are left out are left out. */
function inBrowser(question: PlayQuestion): Promise<PlayAnswer> {
  return browser!
    .evaluate<string>(`play(${JSON.stringify(question)}).then(JSON.stringify)`)
    .then((text) => JSON.parse(text) as PlayAnswer);
}

/** The moment of the answer, and what is drawn by lot. */
function comparable(answer: PlayAnswer): unknown {
  const text = JSON.stringify(answer)
    .replace(/\["Date","[^"]*"\]/g, '["Date","…"]')
    .replace(/nonce=\\"[^"]*\\"/g, 'nonce=…');
  return JSON.parse(text);
}

describe('the engine in a browser', () => {
  it('asks nothing of Node, and is small enough for a page', () => {
    expect(script).not.toMatch(/\brequire\(|from ?["']node:/);
    expect(gzipSync(script).length).toBeLessThan(400_000);
  });

  for (const question of [...HTACCESS_QUESTIONS, ...BROWSER_QUESTIONS])
    testWith(
      ['chromium'],
      `says what it says here: ${question.url} ${question.text.slice(0, 60)}`,
      async () => {
        const here = await play(question);
        expect(here.problem === undefined || question.text.includes('(a')).toBe(true);
        expect(comparable(await inBrowser(question))).toEqual(comparable(here));
      },
    );

  for (const { question, problem } of UNANSWERABLE)
    testWith(['chromium'], `says what a browser cannot do: ${question.text}`, async () => {
      for (const url of ['/a.txt', '/b.txt']) {
        const answer = await inBrowser({ ...PLAIN, ...question, url });
        expect(answer.problem).toContain(problem);
        expect(answer.story).toBeUndefined();
      }
      expect(await inBrowser(HTACCESS_QUESTIONS[0]!)).toMatchObject({
        story: { outcome: { kind: 'fastcgi' } },
      });
    });

  testWith(['chromium'], 'compresses, so that the answer has its length', async () => {
    const question = BROWSER_QUESTIONS.find(({ text }) => text.includes('DEFLATE'))!;
    const { story } = await inBrowser(question);
    expect(story?.headers).toContainEqual(['Content-Encoding', 'gzip']);
    expect(Number(story?.headers.find(([name]) => name === 'Content-Length')?.[1])).toBeLessThan(100);
  });

  testWith(['chromium'], 'runs in a worker', async () => {
    const asked = JSON.stringify(HTACCESS_QUESTIONS[0]);
    const answer = await browser!.evaluate<string>(`new Promise((resolve, reject) => {
      const worker = new Worker('/worker.js', { type: 'module' });
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = ({ data }) => resolve(JSON.stringify(data));
      worker.postMessage(${asked});
    })`);
    expect(comparable(JSON.parse(answer))).toEqual(comparable(await play(HTACCESS_QUESTIONS[0]!)));
  });

  testWith(['chromium'], 'is not kept busy by what somebody pastes', async () => {
    for (const { name, question, comesTo } of HOSTILE) {
      const { story, problem } = await inBrowser({ ...PLAIN, ...question });
      expect([name, problem ?? JSON.stringify(story?.outcome)]).toEqual([
        name,
        expect.stringMatching(comesTo),
      ]);
    }
  });
});
