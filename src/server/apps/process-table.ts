// What the system tells of processes: which one has a number, who belongs to a group, how much memory a group has, who
// listens on a port.

export interface ProcessTable {
  /** Tells one run of the system from every other. */
  readonly bootId: string;
  /** When the process with that number began: with `bootId`, what tells it from others that get the number later. */
  startTimeOf(pid: number): string | undefined;
  /** The living processes of a group; those that have ended and nobody has waited for do not count. */
  membersOf(group: number): readonly number[];
  /** Does one of the group's processes have `NAME=value` in its environment? */
  hasMark(group: number, mark: string): boolean;
  /** Resident bytes of each group; undefined where the system does not tell. */
  memoryOf(groups: readonly number[]): readonly (number | undefined)[];
  /** Who listens on a port, and is neither of the group nor started by one of it; undefined where nobody is known to. */
  strangerOn(port: number, group: number): Promise<string | undefined>;
}
