// One line of a listing.

export interface Entry {
  /** With a slash behind it for a directory; the path of the folder above for the parent. */
  readonly name: string;
  readonly isParent: boolean;
  /** Before the others, in every order. */
  readonly isFirst: boolean;
  /** -1 where it is not shown. */
  readonly size: number;
  /** Milliseconds since 1970; undefined where it is not shown. */
  readonly modified: number | undefined;
  readonly icon: string | undefined;
  /** Shown in brackets where the icon is not. */
  readonly alt: string | undefined;
  /** HTML, by whoever writes the site. */
  readonly description: string | undefined;
}
