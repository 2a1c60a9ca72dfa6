import { describe, expect, it } from 'vitest';
import { memorySite } from '../../test/support/memory-site.ts';
import type { BodySource } from '../wire/body.ts';
import { cutRanges } from './byterange.ts';
import type { Exchange } from './exchange.ts';

const CONF = 'DocumentRoot /srv/htdocs\n<Directory /srv/htdocs>\nAllowOverride None\n</Directory>\n';
const TEXT = 'abcdefghijklmnopqrstuvwxyz';

describe('ranges of a file', () => {
  it('one range is the bytes themselves', async () => {
    const site = await memorySite(CONF, { '/srv/htdocs/a.txt': TEXT });
    const answer = await site.ask('/a.txt', { headers: { Range: 'bytes=2-5' } });
    expect(answer.status).toBe(206);
    expect(answer.header('content-range')).toBe('bytes 2-5/26');
    expect(answer.header('content-length')).toBe('4');
    expect(answer.body).toBe('cdef');
  });

  it('several ranges are parts with their places, and the announced length is right', async () => {
    const site = await memorySite(CONF, { '/srv/htdocs/a.txt': TEXT });
    const answer = await site.ask('/a.txt', { headers: { Range: 'bytes=0-1,20-' } });
    expect(answer.status).toBe(206);
    const boundary = /^multipart\/byteranges; boundary=([0-9a-f]{16})$/.exec(
      answer.header('content-type') ?? '',
    )?.[1];
    expect(answer.body).toBe(
      `\r\n--${boundary}\r\nContent-type: text/plain\r\nContent-range: bytes 0-1/26\r\n\r\nab` +
        `\r\n--${boundary}\r\nContent-type: text/plain\r\nContent-range: bytes 20-25/26\r\n\r\nuvwxyz` +
        `\r\n--${boundary}--\r\n`,
    );
    expect(answer.header('content-length')).toBe(String(answer.body.length));
  });

  it('a range behind the end is answered 416', async () => {
    const site = await memorySite(CONF, { '/srv/htdocs/a.txt': TEXT });
    const answer = await site.ask('/a.txt', { headers: { Range: 'bytes=100-' } });
    expect(answer.status).toBe(416);
    expect(answer.header('content-range')).toBeUndefined();
  });
});

/** A stream that gives `text` in pieces of three bytes and notes whether it was stopped. */
function pieces(text: string): BodySource & { stopped: boolean } {
  return {
    stopped: false,
    start(sink) {
      for (let at = 0; at < text.length && !this.stopped; at += 3)
        sink.data(Buffer.from(text.slice(at, at + 3)));
      if (!this.stopped) sink.end();
    },
    pause: () => {},
    resume: () => {},
    abort() {
      this.stopped = true;
    },
  };
}

describe('a range of a stream', () => {
  it('is cut out across its pieces, and the rest is not waited for', async () => {
    const source = pieces(TEXT);
    const x = await streamed(source, 'bytes=4-9');
    expect(cutRanges(x)).toBe(0);
    expect(x.status).toBe(206);
    let body = '';
    let ended = 0;
    (x.responseBody as BodySource).start({
      data(chunk) {
        body += chunk.toString();
        return true;
      },
      end: () => {
        ended += 1;
      },
      fail: (error) => {
        throw error;
      },
    });
    expect(body).toBe('efghij');
    expect(ended).toBe(1);
    expect(source.stopped).toBe(true);
  });

  it('several ranges of a stream are answered with the whole', async () => {
    const x = await streamed(pieces(TEXT), 'bytes=0-1,5-6');
    expect(cutRanges(x)).toBe(0);
    expect(x.status).toBe(200);
  });
});

/** An exchange that is about to answer with a stream of known length. */
async function streamed(source: BodySource, range: string): Promise<Exchange> {
  const { HeaderList } = await import('../wire/header-list.ts');
  const headers = new HeaderList();
  headers.append('Range', range);
  return {
    status: 200,
    headers,
    headersOut: new HeaderList(),
    contentLength: TEXT.length,
    responseBody: source,
    isSubrequest: () => false,
    dirConfig: { values: [] },
  } as unknown as Exchange;
}
