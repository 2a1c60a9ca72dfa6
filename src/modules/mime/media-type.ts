// Media types with parameters, as AddType may name them: written as Apache writes them, `type/subtype; name=value`.

/** A token of RFC 9110. */
const TOKEN = "[!#$%&'*+.^_`|~0-9a-z-]+";
const MEDIA_TYPE = new RegExp(
  `^(${TOKEN}/${TOKEN})[ \\t]*((?:;[ \\t]*${TOKEN}=(?:${TOKEN}|"[^"\\\\]*")[ \\t]*)*);?$`,
);

/** The type in one spelling; as it stands where it is none. */
export function plainType(type: string): string {
  if (!type.includes(';')) return type;
  const match = MEDIA_TYPE.exec(type);
  if (match === null) return type;
  return [match[1]!, ...parametersOf(match[2]!)].join('; ');
}

function parametersOf(text: string): string[] {
  return text
    .split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter !== '');
}

/** A type with the charset that an extension names, in the place of one that the type names itself. */
export function withCharset(type: string, charset: string): string {
  if (!type.includes('; charset=')) return `${type}; charset=${charset}`;
  return type.replace(/; charset=(?:"[^"]*"|[^;]*)/, `; charset=${charset}`);
}
