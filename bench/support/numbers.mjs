// Middles and ends of measured numbers.

/** The value below which this share of the numbers lies; undefined when there are none. */
export function quantile(numbers, share) {
  const sorted = numbers.filter((n) => n !== undefined).sort((a, b) => a - b);
  return sorted.length === 0
    ? undefined
    : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export function median(numbers) {
  return quantile(numbers, 0.5);
}
