// What cannot stand in a log line as it is: quotes, backslashes, control bytes and bytes above ASCII.

const UNSAFE = /[\x00-\x1f"\\\x7f-\xff]/;
const ALL_UNSAFE = /[\x00-\x1f"\\\x7f-\xff]/g;

const NAMED_ESCAPES: { readonly [byte: string]: string } = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** Makes bytes of a client harmless inside a quoted log field. */
export function escapeLogItem(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.replace(
    ALL_UNSAFE,
    (byte) => NAMED_ESCAPES[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
