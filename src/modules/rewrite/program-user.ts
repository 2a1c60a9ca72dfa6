// The third argument of RewriteMap: `user` or `user:group`, whom a map's program runs as.

/** Numbers for a new process. */
export interface ProgramUser {
  readonly uid: number;
  readonly gid: number;
}

/** Looks the names up in the texts of /etc/passwd and /etc/group; undefined for names that are not there. */
export function findProgramUser(text: string, passwd: string, group: string): ProgramUser | undefined {
  const [userName = '', groupName] = text.split(':').filter(Boolean);
  const user = rowOf(passwd, userName);
  const uid = numberIn(user, 2);
  const gid = numberIn(
    groupName === undefined ? user : rowOf(group, groupName),
    groupName === undefined ? 3 : 2,
  );
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function rowOf(table: string, name: string): readonly string[] {
  const line = table.split('\n').find((row) => name !== '' && row.startsWith(`${name}:`));
  return line?.split(':') ?? [];
}

function numberIn(row: readonly string[], field: number): number | undefined {
  const text = row[field];
  return text !== undefined && /^[0-9]{1,10}$/.test(text) ? Number(text) : undefined;
}
