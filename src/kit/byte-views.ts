// Views of the first bytes of a buffer that is read into again and again. A view is an object of
// its own to make and to collect, and the messages of a connection are mostly of the same few sizes.

/** Views of larger reads are made anew. */
const MOST_KEPT = 4096;

/** Answers `buffer.subarray(0, size)`; the same object for the same small size. */
export function viewsOf(buffer: Buffer): (size: number) => Buffer {
  const kept: (Buffer | undefined)[] = new Array(MOST_KEPT + 1);
  return (size) => {
    if (size > MOST_KEPT) return buffer.subarray(0, size);
    let view = kept[size];
    if (view === undefined) kept[size] = view = buffer.subarray(0, size);
    return view;
  };
}
