// For node:http2: the numbers of RFC 9113, and no connection.

import { missing } from '../missing.ts';

export const constants = {
  NGHTTP2_NO_ERROR: 0,
  NGHTTP2_FLAG_END_STREAM: 1,
  NGHTTP2_REFUSED_STREAM: 7,
  NGHTTP2_CANCEL: 8,
} as const;

export function connect(): never {
  missing('open connections');
}
