// Passwords whose hashes are slow on purpose: whoever tries many holds up nobody else, and who is known does not wait.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeScene, type Scene } from '../support/scene.ts';

/** bcrypt with cost 11, a tenth of a second of one core: `secret`. */
const SLOW = '$2y$11$a9Qhn3L/.FosXF3pjqd5T.jiX0iMcKTrNGhGtbb5DEsOlmH.wNzZ6';
const FOLDERS = 30;

let scene: Scene;

beforeAll(async () => {
  scene = await makeScene();
  scene.write('users', `anna:${SLOW}\n`);
  scene.write('htdocs/open.txt', 'open');
  scene.write('htdocs/in/a.txt', 'in');
  const folders = Array.from({ length: FOLDERS }, (_, i) => `many/${i}`);
  for (const folder of folders) scene.write(`htdocs/${folder}/a.txt`, 'a');
  const lock = 'AuthType Basic\nAuthName x\nAuthUserFile {ROOT}/users\nRequire valid-user\n';
  const locked = ['in', ...folders].map((folder) => `<Location /${folder}>\n${lock}</Location>\n`);
  await scene.start(`${locked.join('')}<Location /many>\nOptions +Indexes\n</Location>\n`);
});

afterAll(() => scene.close());

async function ask(path: string, password?: string): Promise<number> {
  const headers: Record<string, string> =
    password === undefined ? {} : { authorization: `Basic ${btoa(`anna:${password}`)}` };
  const answer = await fetch(`${scene.origin}${path}`, { headers });
  await answer.arrayBuffer();
  return answer.status;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

describe('a slow hash', () => {
  it('holds up nobody who asks for something else', async () => {
    let tried = 0;
    const attempts = Array.from({ length: 10 }, async (_, i) => {
      expect(await ask('/in/a.txt', `wrong ${i}`)).toBe(401);
      tried++;
    });
    for (let i = 0; i < 20; i++) expect(await ask('/open.txt')).toBe(200);
    expect(tried).toBeLessThan(attempts.length);
    await Promise.all(attempts);
  });

  it('is made once for a password that is right', async () => {
    const first = await timeOf(async () => expect(await ask('/in/a.txt', 'secret')).toBe(200));
    const others = await timeOf(async () => {
      for (let i = 0; i < 30; i++) expect(await ask('/in/a.txt', 'secret')).toBe(200);
    });
    expect(others).toBeLessThan(10 * first);
    expect(await ask('/in/a.txt', 'Secret')).toBe(401);
  });

  it('is made once for all entries of a listing', async () => {
    const one = await timeOf(async () => expect(await ask('/in/a.txt', 'no')).toBe(401));
    const listing = await timeOf(async () => expect(await ask('/many/', 'nope')).toBe(200));
    expect(listing).toBeLessThan((FOLDERS / 2) * one);
  });
});
