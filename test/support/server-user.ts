// The user under whom the servers run: where the tests run as root, an ordinary user instead, so that
// file modes mean something and Apache, which refuses to serve as root, needs no User directive.
import { readFileSync } from 'node:fs';

export interface UnixUser {
  readonly uid: number;
  readonly gid: number;
}

/** The user to start servers as, or undefined to stay who we are. */
export const serverUser: UnixUser | undefined = process.getuid?.() === 0 ? ordinaryUser() : undefined;

function ordinaryUser(): UnixUser | undefined {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const fields = ['www-data', 'nobody']
    .map((name) => lines.find((line) => line.startsWith(`${name}:`))?.split(':'))
    .find((found) => found !== undefined);
  return fields === undefined ? undefined : { uid: Number(fields[2]), gid: Number(fields[3]) };
}
