// Variables in commands of `exec cmd`. Apache writes their values into the command's text, where the shell reads them as
// a part of its language. Here the shell looks them up: what a client has sent is never read as a command.

/**
 * The command for a shell whose environment has the document's variables. Names stay names: `\$` is an escaped dollar to
 * the document only, and names that stand between single quotes are put where the shell looks at them.
 */
export function nameVariables(command: string, isVariable: (name: string) => boolean): string {
  let out = '';
  let quote = '';
  for (let at = 0; at < command.length; at++) {
    const char = command[at]!;
    if (char === '\\' && command[at + 1] === '$') {
      out += quote === "'" ? '$' : command[at + 2] === undefined ? '\\$' : '$';
      at++;
      continue;
    }
    if (char === '\\' && quote !== "'") {
      out += char + (command[++at] ?? '');
      continue;
    }
    if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    const found = char === '$' && quote === "'" ? /^\$(?:\{(\w+)\}|(\w+))/.exec(command.slice(at)) : null;
    const name = found?.[1] ?? found?.[2];
    if (found === null || name === undefined || !isVariable(name)) out += char;
    else {
      out += `'"\${${name}}"'`;
      at += found[0].length - 1;
    }
  }
  return out;
}
