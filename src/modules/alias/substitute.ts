// `$0` to `$9` in the target of an AliasMatch or RedirectMatch.

/** Replaces `$N` by the match's groups (nothing for a group that took no part); a backslash takes its meaning away. */
export function substituteGroups(target: string, groups: readonly (string | undefined)[]): string {
  return target.replace(
    /\\(.)|\$([0-9])/gs,
    (_, literal: string | undefined, digit: string) => literal ?? groups[Number(digit)] ?? '',
  );
}
