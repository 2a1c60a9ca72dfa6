// mod_unique_id: UNIQUE_ID, a name for each request that no other request has, here or on another machine.

import { randomBytes } from 'node:crypto';
import type { Exchange } from '../request/exchange.ts';
import { defineModule, type Module } from '../request/module.ts';
import { DECLINED, type Verdict } from '../request/verdict.ts';

/** Seconds, this process by 10 random bytes, a counter, 4 bytes that Apache has for its threads: 20 bytes. */
const LENGTH = 20;
const ROOT_LENGTH = 10;

/** Characters that spell the bytes; what base64 adds is padding. */
const NAME_LENGTH = Math.ceil((LENGTH * 8) / 6);

const root: Buffer = randomBytes(ROOT_LENGTH);
let counter: number = randomBytes(2).readUInt16BE(0);
/** More requests in a second than the counter can tell apart are told apart by this. */
let turn = 0;

/** A new name; `now` in milliseconds. */
export function newUniqueId(now: number): string {
  const bytes = Buffer.alloc(LENGTH);
  bytes.writeUInt32BE(Math.floor(now / 1000) >>> 0, 0);
  root.copy(bytes, 4);
  counter = (counter + 1) & 0xffff;
  if (counter === 0) turn = (turn + 1) >>> 0;
  bytes.writeUInt16BE(counter, 4 + ROOT_LENGTH);
  bytes.writeUInt32BE(turn, 6 + ROOT_LENGTH);
  // RFC 4648 section 5, without padding: the alphabet is the one of 2.4.71.
  return bytes.toString('base64').slice(0, NAME_LENGTH).replaceAll('+', '-').replaceAll('/', '_');
}

/** An internal redirect is still the same request. */
function postReadRequest(x: Exchange): Verdict {
  const before = x.prev === undefined ? undefined : x.env.get('REDIRECT_UNIQUE_ID');
  x.env.set('UNIQUE_ID', before ?? newUniqueId(x.startedAt));
  return DECLINED;
}

export const uniqueId: Module = defineModule({
  name: 'unique_id',
  onlyByName: true,
  directives: [],
  hooks: { postReadRequest },
});
