// What reading a configuration may ask of the machine. Passed in, so that configurations can be read from memory.

/** Facts about a file that the configuration and the directory walk need. */
export interface FileFacts {
  /** A link is followed to what it names, unless the link itself was asked for. */
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Modification time in whole microseconds since 1970. */
  readonly mtime: number;
  /** The last change of anything, in whole microseconds since 1970: nobody can set it back. */
  readonly ctime: number;
  /** With `device` the identity of the file on this machine. */
  readonly inode: number;
  /** The file system that it is on. */
  readonly device: number;
  /** The number of the user who owns it. */
  readonly uid: number;
  /** The number of its group. */
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * The files and names that a configuration is read from. Paths are absolute, and byte strings. Synchronous, as loading is
 * one step and a stat answered from the kernel's cache is cheaper than a thread.
 */
export interface ConfIo {
  /** Bytes as a latin1 string. Throws the system's error (with `code`). */
  read(path: string): string;
  /** Facts, following links unless `link` is true; undefined when there is no such file; throws other errors. */
  stat(path: string, link?: boolean): FileFacts | undefined;
  /** Names in a directory, unsorted, without `.` and `..`. */
  list(path: string): readonly string[];
  /** An environment variable of the process as a byte string; undefined when it is not set. */
  env(name: string): string | undefined;
  /** Addresses of a host name from the machine's own tables, for `<VirtualHost name>`; absent: no names are known. */
  lookup?(host: string): readonly string[];
  /** DocumentRoot may name a directory that is not there. */
  readonly assumesDocumentRoots?: boolean;
}
