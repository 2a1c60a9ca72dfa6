// Media types with parameters, as AddType may name them: written as Apache writes them, `type/subtype; name=value`.

/** A token of RFC 9110, in lower case. */
const TOKEN = "[!#$%&'*+.^_`|~0-9a-z-]+";
const BLANKS = '[ \\t]*';
const PARAMETER = `(${TOKEN})${BLANKS}=${BLANKS}(${TOKEN}|"[^"\\\\]*")${BLANKS}`;
const MEDIA_TYPE = new RegExp(`^(${TOKEN}/${TOKEN})${BLANKS}((?:;${BLANKS}${PARAMETER})*);?$`);
const PARAMETERS = new RegExp(PARAMETER, 'g');

/** The type in one spelling; as it stands where it is none. */
export function plainType(type: string): string {
  if (!type.includes(';')) return type;
  const match = MEDIA_TYPE.exec(type);
  if (match === null) return type;
  const parameters = [...match[2]!.matchAll(PARAMETERS)].map(([, name, value]) => `; ${name}=${value}`);
  return match[1]! + parameters.join('');
}

/** A type with the charset that an extension names, in the place of one that it names itself; what is no type has none. */
export function withCharset(type: string, charset: string): string {
  if (!type.includes('/')) return type;
  if (!type.includes('; charset=')) return `${type}; charset=${charset}`;
  return type.replace(/; charset=(?:"[^"]*"|[^;]*)/, `; charset=${charset}`);
}
