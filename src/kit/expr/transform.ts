// The functions of expressions that only turn one byte string into another.

// The bytes a URL path may hold as they are, as Apache's escape for paths has it.
const PATH_BYTE = /[A-Za-z0-9$\-_.+!*'(),:@&=/~;]/;

/** `escape`: %-escapes what a URL path cannot hold, with lower-case digits. */
export function escapePath(text: string): string {
  return text.replace(/./gs, (byte) => (PATH_BYTE.test(byte) ? byte : `%${hex(byte)}`));
}

/** `unescape`: decodes %-escapes, but leaves `%2f`; the empty string when an escape is broken or stands for NUL. */
export function unescapePath(text: string): string {
  if (/%(?![0-9A-Fa-f]{2})|%00/.test(text)) return '';
  return text.replace(/%(?!2[fF])(..)/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** `unbase64`: decodes as far as the text is base64. */
export function decodeBase64(text: string): string {
  const valid = /^[A-Za-z0-9+/]*/.exec(text)![0];
  return atob(valid.length % 4 === 1 ? valid.slice(0, -1) : valid);
}

/** `ldap`: escapes what has a meaning in LDAP filters and names. */
export function escapeLdap(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\xff\\*(),+<>;"]/g, (byte) => `\\${hex(byte)}`);
}

function hex(byte: string): string {
  return byte.charCodeAt(0).toString(16).padStart(2, '0');
}
