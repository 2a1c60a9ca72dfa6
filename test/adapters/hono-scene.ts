// Applications of Hono's as tests ask them: over @hono/node-server on a free port, and in memory by app.request().
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, afterEach } from 'vitest';
import { forHono, type HonoOptions, type RulesFacts } from '../../src/adapters/index.ts';

/** Asks an application; redirects are not followed. */
export type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** A way to an application. */
export interface Way {
  readonly name: 'node-server' | 'app.request';
  /** Begins to serve; what it has opened ends with the test. */
  reach(app: Hono<Env>): Promise<Ask>;
}

/** What the rules put into an application's contexts. */
export type Env = { Variables: { portico?: RulesFacts } };
/** Options of the rules but for the application. */
export type Rules = Omit<HonoOptions, 'app'>;

const closing: (() => Promise<unknown> | unknown)[] = [];

/** Done behind the test, the last one first. */
export function atEnd(end: () => Promise<unknown> | unknown): void {
  closing.push(end);
}

/** Registers the ends of a test file: what tests have opened, and the globals that @hono/node-server puts in their place. */
export function endTests(): void {
  const { Request, Response } = globalThis;
  afterEach(async () => {
    for (const end of closing.splice(0).reverse()) await end();
  });
  afterAll(() => {
    Object.defineProperty(globalThis, 'Request', { value: Request });
    Object.defineProperty(globalThis, 'Response', { value: Response });
  });
}

/** A folder with these files; it goes away with the test. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'portico-hono-'));
  atEnd(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** A folder of a .htaccess alone. */
export function htaccess(...lines: string[]): { readonly root: string } {
  return { root: folderOf({ '.htaccess': lines.join('\n') }) };
}

/** An application whose first middleware are the rules. */
export function appWith(options: Rules): Hono<Env> {
  const app = new Hono<Env>();
  app.use(rulesFor(app, options));
  return app;
}

/** Rules that end with the test, and log nothing. */
export function rulesFor(app: HonoOptions['app'], options: Rules): ReturnType<typeof forHono> {
  const rules = forHono({ app, log: () => undefined, ...options });
  atEnd(() => rules.close());
  return rules;
}

/** Serves with @hono/node-server, with its defaults; answers the port. */
export async function listen(
  options: Parameters<typeof serve>[0],
): Promise<{ readonly port: number; readonly server: ServerType }> {
  const server = await new Promise<ServerType>((resolve) => {
    const opened: ServerType = serve({ ...options, port: 0, hostname: '127.0.0.1' }, () => resolve(opened));
  });
  atEnd(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  );
  return { port: (server.address() as AddressInfo).port, server };
}

/** A backend on node:http; answers its port. */
export async function backend(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return (server.address() as AddressInfo).port;
}

export const ways: readonly Way[] = [
  {
    name: 'node-server',
    async reach(app) {
      const { port } = await listen({ fetch: app.fetch });
      return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init });
    },
  },
  {
    name: 'app.request',
    reach: async (app) => async (path, init) => app.request(path, init),
  },
];
