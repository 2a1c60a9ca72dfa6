// The codes of what is said about a text of rules, besides those of the configuration language (conf/codes.ts).

/** Sentence by code; docs/errors.md is made from it. */
export const rewriteCodes = {
  'rewrite/left-out': 'A directive or section that is no part of the rewrite engine was left out.',
  'rewrite/links':
    'An Options line takes FollowSymLinks away, without which Apache forbids rules in the folder.',
  'rewrite/no-digest': 'An expression calls md5() or sha1(), and there is no function for it.',
  'rewrite/no-files': 'A condition asks for a file, and there are no files to ask.',
  'rewrite/section': 'Rules stand in a section that the library does not run.',
} as const;

export type RewriteCode = keyof typeof rewriteCodes;
