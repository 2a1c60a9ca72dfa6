// What the command line answers to the words it is given, and what it leaves to standard output.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkshop, type Workshop } from '../support/command.ts';

let shop: Workshop;

beforeAll(async () => {
  shop = await openWorkshop();
});

afterAll(() => shop.close());

describe('the command line', () => {
  it.each([[['--version']], [['-v']]])('%j prints the version and nothing else', async (words) => {
    const { code, out, err } = await shop.run(words);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^portico \d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['help'], 'Usage: portico [options] [command]'],
    [['--help'], 'Usage: portico [options] [command]'],
    [['help', 'serve'], 'Usage: portico serve [options]'],
    [['serve', '--help'], 'Usage: portico serve [options]'],
    [['help', 'configtest'], 'Usage: portico configtest [options]'],
    [['help', 'playground'], 'Usage: portico playground [options] [file]'],
  ])('%j is answered on standard output, with examples', async (words, usage) => {
    const { code, out, err } = await shop.run(words);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')[0]).toBe(usage);
    expect(out).toMatch(/^Examples?:\n {2}portico /m);
  });

  it('without words shows the help on standard error', async () => {
    const { code, out, err } = await shop.run([]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^Usage: portico/);
  });

  it.each([
    [['sevre'], "portico: unknown command 'sevre'\n(Did you mean serve?)\n(portico --help shows"],
    [['help', 'me'], "portico: unknown command 'me'\n(portico --help shows"],
    [['serve', '--too', '1'], "portico: unknown option '--too'\n(Did you mean --to?)\n(portico serve --help"],
    [
      ['serve'],
      "portico: serve needs a configuration (-f FILE) or an application (--to 8000, --app 'npm start')\n",
    ],
    [['configtest'], 'portico: configtest needs a configuration: -f FILE\n(portico configtest --help'],
    [['serve', '-f'], "portico: option '-f, --file <file>' argument missing\n"],
    [['serve', 'site.conf'], 'portico: there are options only, and a configuration goes with -f'],
    [['serve', '-f', 'a', '-d', '/nowhere/at/all'], 'portico: -d /nowhere/at/all: not a directory\n'],
    [['serve', '--to', '8000', '--static', 'nowhere'], 'portico: --static nowhere: not a directory\n'],
    [['serve', '--to', 'x'], 'portico: --to x: not a port, host:port, unix:/path or http URL\n'],
  ])('%j is wrong usage', async (words, text) => {
    const { code, out, err } = await shop.run(words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.slice(0, text.length)).toBe(text);
  });
});
