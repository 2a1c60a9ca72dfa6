// Sizes as Apache shows them (APR's apr_strfsize): four characters.

/** `  9 `, `2.0K`, ` 20K`; `  - ` for a size that is not known. */
export function formatSize(size: number): string {
  if (size < 0) return '  - ';
  if (size < 973) return `${String(size).padStart(3)} `;
  let whole = size;
  for (const unit of 'KMGTPE') {
    const rest = whole % 1024;
    whole = Math.floor(whole / 1024);
    if (whole >= 973) continue;
    if (whole > 9 || (whole === 9 && rest >= 973))
      return String(whole + (rest >= 512 ? 1 : 0)).padStart(3) + unit;
    const tenths = whole * 10 + Math.floor((rest * 5 + 256) / 512);
    return `${Math.floor(tenths / 10)}.${tenths % 10}${unit}`;
  }
  return '****';
}
