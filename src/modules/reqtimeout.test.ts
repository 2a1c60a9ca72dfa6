import { describe, expect, it } from 'vitest';
import { complaintsOf } from '../../test/support/memory-site.ts';
import { createMemoryIo } from '../conf/memory-io.ts';
import { readSite } from '../conf/site.ts';
import type { ReadLimits } from '../request/read-limits.ts';
import { modules } from './index.ts';
import { reqtimeout } from './reqtimeout.ts';

/** The limits of the main server and of every virtual host. */
function limitsOf(text: string): (ReadLimits | undefined)[] {
  const sources = [{ name: '/httpd.conf', text }];
  const { site } = readSite({ sources, modules, io: createMemoryIo({ '/etc/mime.types': '' }) });
  return [site!.main, ...site!.vhosts].map((server) => reqtimeout.readLimits!(server));
}

const HEADER = { timeout: 20_000, longest: 40_000, perByte: 2 };
const BODY = { timeout: 20_000, longest: 0, perByte: 2 };

describe('limits', () => {
  it('are those of the manual where nothing is said: header=20-40,MinRate=500 body=20,MinRate=500', () => {
    expect(limitsOf('')).toEqual([{ header: HEADER, body: BODY }]);
  });

  it('are read in any case and order, from one line or several', () => {
    const expected = {
      header: { timeout: 5000, longest: 10_000, perByte: 10 },
      body: { timeout: 7000, longest: 0, perByte: 0 },
    };
    expect(limitsOf('RequestReadTimeout BODY=7 Header=5-10,MINRATE=100')).toEqual([expected]);
    const lines = 'RequestReadTimeout header=5-10,MinRate=100\nRequestReadTimeout body=7';
    expect(limitsOf(lines)).toEqual([expected]);
  });

  it('of one part are replaced as a whole', () => {
    const [main] = limitsOf('RequestReadTimeout header=5-10,MinRate=100\nRequestReadTimeout header=3');
    expect(main).toEqual({ header: { timeout: 3000, longest: 0, perByte: 0 }, body: BODY });
  });

  it('of a virtual host are its own for the parts that it names, else the main server’s', () => {
    const [, host] = limitsOf(
      'RequestReadTimeout header=5 body=6\n<VirtualHost *:80>\nRequestReadTimeout body=0\n</VirtualHost>',
    );
    const fixed = (timeout: number): object => ({ timeout, longest: 0, perByte: 0 });
    expect(host).toEqual({ header: fixed(5000), body: fixed(0) });
  });

  it('are none where every part is switched off', () => {
    expect(limitsOf('RequestReadTimeout header=0 body=0')).toEqual([undefined]);
    expect(limitsOf('RequestReadTimeout header=0 body=0 handshake=1')).not.toEqual([undefined]);
  });

  it('earn nothing for a byte where MinRate is beyond a million', () => {
    const [main] = limitsOf('RequestReadTimeout header=5,MinRate=2000000');
    expect(main!.header).toEqual({ timeout: 5000, longest: 0, perByte: 0 });
  });
});

// Sentences are those of Apache 2.4.71.
describe('RequestReadTimeout', () => {
  it.each([
    ['header', "Invalid RequestReadTimeout parameter. Parameter must be in the form 'key=value'"],
    ['header=', "RequestReadTimeout: header=: Value '' not numerical"],
    ['header=x', "RequestReadTimeout: header=x: Value 'x' not numerical"],
    ['header=5x', "RequestReadTimeout: header=5x: Cannot parse 'x'"],
    ['header=5,body=3', "RequestReadTimeout: header=5,body=3: Cannot parse ',body=3'"],
    ['header=-5', 'RequestReadTimeout: header=-5: Must set MinRate option if using timeout range'],
    ['header=5-10', 'RequestReadTimeout: header=5-10: Must set MinRate option if using timeout range'],
    [
      'header=10-5,MinRate=1',
      'RequestReadTimeout: header=10-5,MinRate=1: Maximum timeout must be larger than initial timeout',
    ],
    [
      'header=5-5,MinRate=1',
      'RequestReadTimeout: header=5-5,MinRate=1: Maximum timeout must be larger than initial timeout',
    ],
    ['header=-5,MinRate=1', "RequestReadTimeout: header=-5,MinRate=1: Value '' not numerical"],
    ['header=5-,MinRate=1', "RequestReadTimeout: header=5-,MinRate=1: Value '' not numerical"],
    ['header=1-2-3,MinRate=5', "RequestReadTimeout: header=1-2-3,MinRate=5: Cannot parse '-3'"],
    ['header=5,MinRate=0', 'RequestReadTimeout: header=5,MinRate=0: Minimum data rate must be larger than 0'],
    ['header=5,MinRate=-1', 'RequestReadTimeout: header=5,MinRate=-1: Value must be non-negative'],
    ['header=5,minrate=1x', "RequestReadTimeout: header=5,minrate=1x: Cannot parse 'x'"],
    [
      'header=5,MinRate=1,MinRate=2',
      "RequestReadTimeout: header=5,MinRate=1,MinRate=2: Cannot parse ',MinRate=2'",
    ],
    ['headers=5', 'RequestReadTimeout: headers=5: Unknown RequestReadTimeout parameter'],
    ['=5', 'RequestReadTimeout: =5: Unknown RequestReadTimeout parameter'],
    ['header=3000000000', 'RequestReadTimeout: header=3000000000: Value must be non-negative'],
  ])('refuses "%s"', (words, message) => {
    expect(complaintsOf(`RequestReadTimeout ${words}`)).toEqual([message]);
  });

  it.each([
    '',
    'header=+5',
    "'header=5'",
    'header=0-5,MinRate=1',
    'handshake=2-3,MinRate=9',
    'header=5000000000',
  ])('accepts "%s"', (words) => {
    expect(complaintsOf(`RequestReadTimeout ${words}`)).toEqual([]);
  });
});
