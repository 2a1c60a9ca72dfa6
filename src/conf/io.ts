// What reading a configuration may ask of the machine. Passed in, so that configurations can be read from memory.

/** Facts about a file that the configuration and the directory walk need. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly size: number;
  /** Modification time in whole microseconds since 1970. */
  readonly mtime: number;
  /** The last change of anything, in whole microseconds since 1970: nobody can set it back. */
  readonly ctime: number;
  readonly inode: number;
  readonly device: number;
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
}

/** Synchronous, as loading is one step and a stat answered from the kernel's cache is cheaper than a thread. */
export interface ConfIo {
  /** Bytes as a latin1 string. Throws the system's error (with `code`). */
  read(path: string): string;
  /** Facts, following links unless `link` is true; undefined when there is no such file; throws other errors. */
  stat(path: string, link?: boolean): FileFacts | undefined;
  /** Names in a directory, unsorted, without `.` and `..`. */
  list(path: string): readonly string[];
  env(name: string): string | undefined;
  /** Addresses of a host name from the machine's own tables, for `<VirtualHost name>`; absent: no names are known. */
  lookup?(host: string): readonly string[];
  /** DocumentRoot may name a directory that is not there. */
  readonly assumesDocumentRoots?: boolean;
}
