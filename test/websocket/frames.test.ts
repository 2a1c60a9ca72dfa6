// Frames that no WebSocket should send: portico passes them on as they are, and the other side judges them as it would
// without portico between.
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeScene, type Scene } from '../support/scene.ts';
import { type End, openEnd } from '../support/tunnel-ends.ts';
import { startWebSocketBackend, type WebSocketBackend } from '../support/websocket-backend.ts';

let scene: Scene;
let backend: WebSocketBackend;

beforeAll(async () => {
  scene = await makeScene();
  backend = await startWebSocketBackend();
  scene.onClose(() => backend.close());
  await scene.start(`ProxyPass / ws://127.0.0.1:${backend.port}/\n`);
});

afterAll(() => scene.close());

/** A handshake by hand, checked (RFC 6455 section 4.2.2). */
async function shakeHands(port: number, behind: Buffer = Buffer.alloc(0)): Promise<End> {
  const key = randomBytes(16).toString('base64');
  const end = await openEnd(port);
  const head =
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`;
  end.socket.write(Buffer.concat([Buffer.from(head), behind]));
  await end.hears('\r\n\r\n');
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  expect(end.text).toContain(`\r\nSec-WebSocket-Accept: ${accept}\r\n`);
  end.text = end.text.slice(end.text.indexOf('\r\n\r\n') + 4);
  return end;
}

/** A frame with that first byte; masked by a key that changes nothing, unless it is to have no mask. */
function frame(first: number, payload: Buffer | string = '', isMasked = true): Buffer {
  const bytes = Buffer.from(payload);
  const mask = isMasked ? 0x80 : 0;
  const length =
    bytes.length < 126
      ? Buffer.from([mask | bytes.length])
      : Buffer.from([mask | 126, bytes.length >> 8, bytes.length & 0xff]);
  return Buffer.concat([Buffer.from([first]), length, Buffer.alloc(isMasked ? 4 : 0), bytes]);
}

/** What a server says to these bytes until it closes. */
async function reaction(port: number, bytes: Buffer): Promise<string> {
  const end = await shakeHands(port);
  end.socket.write(bytes);
  await end.ends();
  end.socket.destroy();
  return end.text;
}

const CLOSE = 0x88;

/** The code in a close frame without a mask. */
function closeCode(text: string): number {
  const bytes = Buffer.from(text, 'latin1');
  expect(bytes[0]).toBe(CLOSE);
  return bytes.readUInt16BE(2);
}

describe('a frame', () => {
  test.each<[string, Buffer, number]>([
    ['with a reserved bit', frame(0xc1, 'x'), 1002],
    ['with a reserved opcode', frame(0x83, 'x'), 1002],
    ['with a reserved control opcode', frame(0x8b, 'x'), 1002],
    ['of a client without a mask', frame(0x81, 'x', false), 1002],
    ['that goes on with nothing', frame(0x80, 'x'), 1002],
    ['that begins anew within a message', Buffer.concat([frame(0x01, 'a'), frame(0x81, 'b')]), 1002],
    ['of control in fragments', frame(0x09, 'x'), 1002],
    ['of control with 126 bytes', frame(0x89, 'x'.repeat(126)), 1002],
    ['of text that is no UTF-8', frame(0x81, Buffer.from([0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xff])), 1007],
    ['of text that is UTF-8 of a surrogate', frame(0x81, Buffer.from([0xed, 0xa0, 0x80])), 1007],
    ['that closes with a code nobody may send', frame(CLOSE, Buffer.from([0x03, 0xed])), 1002],
    ['that closes with one byte', frame(CLOSE, 'x'), 1002],
    ['that closes with a reason that is no UTF-8', frame(CLOSE, Buffer.from([3, 232, 0xff])), 1007],
    [
      'that says it is larger than anything',
      Buffer.from([0x82, 0xff, ...Buffer.alloc(8, 0xff), 0, 0, 0, 0]),
      1009,
    ],
  ])('%s is judged by the backend', async (_name, bytes, code) => {
    const heard = await reaction(scene.port, bytes);
    expect(closeCode(heard)).toBe(code);
    expect(heard).toBe(await reaction(backend.port, bytes));
  });

  test('that comes with the handshake is answered behind it', async () => {
    const end = await shakeHands(scene.port, frame(0x81, 'early'));
    await end.hears('\x81\x05early');
    end.socket.destroy();
  });

  test('may come byte by byte', async () => {
    const end = await shakeHands(scene.port);
    for (const byte of frame(0x82, 'slowly')) {
      end.socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    await end.hears('\x82\x06slowly');
    end.socket.destroy();
  });
});
