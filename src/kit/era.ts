// What releases of Apache httpd 2.4 do differently, as far as it changes what a configuration comes to.

/** One release. */
export interface Era {
  /**
   * A rewritten query with a space or control byte: refused since 2.4.56, and since 2.4.57 not where a redirect escapes
   * it (AH10410, AH10411).
   */
  readonly refusesSpaces: 'never' | 'always' | 'unless escaped';
  /** A path with a space or control byte that is to be forwarded as it is: refused since 2.4.57 (AH10415). */
  readonly refusesRawPaths: boolean;
  /** A `?` that an encoded one in the URL has brought into a substitution: refused since 2.4.60 (AH10508). */
  readonly refusesQuestionMarks: boolean;
  /** A substitution whose first segment is not written out is no path of the file system, since 2.4.60. */
  readonly checksPrefix: boolean;
}

const BEFORE_2_4_56: Era = {
  refusesSpaces: 'never',
  refusesRawPaths: false,
  refusesQuestionMarks: false,
  checksPrefix: false,
};

/** The releases that can be asked about, oldest first; the last one is what portico is. */
export const ERAS: ReadonlyMap<string, Era | undefined> = new Map([
  ['2.4.54', BEFORE_2_4_56],
  ['2.4.56', { ...BEFORE_2_4_56, refusesSpaces: 'always' }],
  [
    '2.4.62',
    {
      refusesSpaces: 'unless escaped',
      refusesRawPaths: true,
      refusesQuestionMarks: true,
      checksPrefix: true,
    },
  ],
  ['2.4.71', undefined],
]);
