import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Script, ScriptBody } from './script.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-script-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly output: string;
  readonly complaints: readonly string[];
  readonly error: Error | undefined;
}

/** Runs a shell script to its end as a request would. */
function run(
  text: string,
  words: readonly string[] = [],
  environment = new Map<string, string>(),
): Promise<Outcome> {
  const file = join(folder, 'script.cgi');
  writeFileSync(file, `#!/bin/sh\n${text}`);
  chmodSync(file, 0o755);
  return runFile(file, words, environment);
}

function runFile(
  file: string,
  words: readonly string[],
  environment: ReadonlyMap<string, string>,
): Promise<Outcome> {
  let output = '';
  const complaints: string[] = [];
  return new Promise((resolve) => {
    const script = new Script(
      { file, words, directory: folder, environment, patience: PATIENCE },
      {
        output: (chunk) => {
          output += chunk.toString('latin1');
        },
        complaint: (line) => complaints.push(line),
        silent: () => {},
        over: (error) => resolve({ output, complaints, error }),
      },
    );
    script.feed(undefined);
  });
}

const PATIENCE = 60_000;
const PATH = new Map([['PATH', '/usr/bin:/bin']]);

describe('a script', () => {
  it('is over when its process ends, though a child in the background holds the pipe', async () => {
    const before = Date.now();
    const { output } = await run('echo page\nsleep 20 &\n', [], PATH);
    expect(output).toBe('page\n');
    expect(Date.now() - before).toBeLessThan(10_000);
  });

  it('gives all of an output larger than a pipe holds', async () => {
    const { output } = await run('head -c 500000 /dev/zero\n', [], PATH);
    expect(output.length).toBe(500_000);
  });

  it('gets its words, its folder and its environment, and nothing of the server’s', async () => {
    const { output } = await run(
      'echo "$1|$2|$(pwd)|$OWN|$HOME"\n',
      ['a b', '$(id)'],
      new Map([...PATH, ['OWN', 'x']]),
    );
    expect(output).toBe(`a b|$(id)|${folder}|x|\n`);
  });

  it('complains line by line, the last one without its end too', async () => {
    const { complaints } = await run('echo one >&2\nprintf two >&2\n', [], PATH);
    expect(complaints).toEqual(['one', 'two']);
  });

  it('that cannot be started is over with the reason', async () => {
    const file = join(folder, 'none.cgi');
    const { error } = await runFile(file, [], PATH);
    expect((error as NodeJS.ErrnoException).code).toBe('ENOENT');
  });

  it('is ended when its request is, and what it started goes on', async () => {
    const file = join(folder, 'script.cgi');
    writeFileSync(
      file,
      `#!/bin/sh\n(sleep 0.5; echo still > ${folder}/witness) >/dev/null 2>&1 &\necho page\nsleep 20\n`,
    );
    chmodSync(file, 0o755);
    let exited: () => void = () => {};
    const over = new Promise<void>((resolve) => {
      exited = resolve;
    });
    const script = new Script(
      { file, words: [], directory: folder, environment: PATH, patience: PATIENCE },
      { output: () => script.kill(), complaint: () => {}, silent: () => {}, over: () => exited() },
    );
    script.feed(undefined);
    await over;
    await expect
      .poll(() => runFile('/bin/cat', [`${folder}/witness`], PATH).then((r) => r.output), { timeout: 5000 })
      .toBe('still\n');
  });

  it('waits while its body is not taken, and loses nothing', async () => {
    const file = join(folder, 'script.cgi');
    writeFileSync(file, '#!/bin/sh\nhead -c 300000 /dev/zero\n');
    chmodSync(file, 0o755);
    const body = new ScriptBody(() => script);
    const script: Script = new Script(
      { file, words: [], directory: folder, environment: PATH, patience: PATIENCE },
      {
        output: (chunk) => body.push(chunk),
        complaint: () => {},
        silent: () => {},
        over: () => body.finish(),
      },
    );
    script.feed(undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    let taken = 0;
    await new Promise<void>((resolve, reject) => {
      body.start({
        data(chunk) {
          taken += chunk.length;
          // Asks to wait after every chunk.
          setTimeout(() => body.resume(), 1);
          return false;
        },
        end: resolve,
        fail: reject,
      });
    });
    expect(taken).toBe(300_000);
  });

  it('may be silent for so long, but not while nobody takes what it says', async () => {
    const file = join(folder, 'script.cgi');
    writeFileSync(file, '#!/bin/sh\necho one\nsleep 20\n');
    chmodSync(file, 0o755);
    let silences = 0;
    const heard = await new Promise<string>((resolve) => {
      let output = '';
      const script = new Script(
        { file, words: [], directory: folder, environment: PATH, patience: 200 },
        {
          output: (chunk) => {
            output += chunk.toString('latin1');
            script.pause();
            setTimeout(() => {
              expect(silences).toBe(0);
              script.resume();
            }, 500);
          },
          complaint: () => {},
          silent: () => {
            silences += 1;
            script.kill();
          },
          over: () => resolve(output),
        },
      );
      script.feed(undefined);
    });
    expect(heard).toBe('one\n');
    expect(silences).toBe(1);
  });

  it('feeds a request body to standard input, and need not read it', async () => {
    const file = join(folder, 'script.cgi');
    writeFileSync(file, '#!/bin/sh\nhead -c 5\n');
    chmodSync(file, 0o755);
    let output = '';
    await new Promise<void>((resolve) => {
      const script = new Script(
        { file, words: [], directory: folder, environment: PATH, patience: PATIENCE },
        {
          output: (chunk) => {
            output += chunk.toString('latin1');
          },
          complaint: () => {},
          silent: () => {},
          over: () => resolve(),
        },
      );
      script.feed({
        start(sink) {
          sink.data(Buffer.from('hello'));
          sink.data(Buffer.alloc(1_000_000));
          sink.end();
        },
        pause: () => {},
        resume: () => {},
        abort: () => {},
      });
    });
    expect(output).toBe('hello');
  });
});
