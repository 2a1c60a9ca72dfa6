// SSLProxyProtocol and SSLProtocol: which versions of TLS may be spoken, in mod_ssl's notation of words with + and -.

import type { Command } from '../../conf/command.ts';
import { splitWords } from '../../conf/words.ts';
import type { ProtocolRange, TlsVersion } from './config.ts';

const VERSIONS: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** The range that the words come to, or Apache's sentence. */
export function readProtocols(cmd: Command, text: string): ProtocolRange | string {
  let chosen: ReadonlySet<TlsVersion> = new Set();
  for (const { text: written } of splitWords(text)) {
    const sign = /^[+-]/.exec(written)?.[0] ?? '';
    const word = written.slice(sign.length);
    const named = versionsOf(cmd, word, sign);
    if (typeof named === 'string') return named;
    if (sign === '-') chosen = new Set([...chosen].filter((version) => !named.includes(version)));
    else if (sign === '+') chosen = new Set([...chosen, ...named]);
    else {
      if (chosen.size > 0) {
        cmd.warn(
          `AH02532: ${cmd.name}: Protocol '${word}' overrides already set parameter(s). Check if a +/- prefix is missing.`,
        );
      }
      chosen = new Set(named);
    }
  }
  return rangeOf(chosen);
}

function versionsOf(cmd: Command, word: string, sign: string): readonly TlsVersion[] | string {
  const version = VERSIONS.find((one) => one.toLowerCase() === word.toLowerCase());
  if (version !== undefined) return [version];
  switch (word.toLowerCase()) {
    case 'all':
      return VERSIONS;
    case 'sslv2':
      return sign === '-' ? [] : 'SSLProtocol: SSLv2 is no longer supported';
    case 'sslv3':
      return sign === '-' ? [] : 'SSLv3 not supported by this version of OpenSSL';
    default:
      return `${cmd.name}: Illegal protocol '${word}'`;
  }
}

/** Apache: from the newest down to where the first gap is. */
function rangeOf(chosen: ReadonlySet<TlsVersion>): ProtocolRange | string {
  const newest = VERSIONS.findLastIndex((version) => chosen.has(version));
  if (newest < 0) return 'AH02231: No SSL protocols available [hint: SSLProtocol]';
  let oldest = newest;
  while (oldest > 0 && chosen.has(VERSIONS[oldest - 1]!)) oldest -= 1;
  return { oldest: VERSIONS[oldest]!, newest: VERSIONS[newest]! };
}
