// The note in which mod_logio leaves how long the first byte of an answer took, for `%^FB`.

export const FIRST_BYTE_NOTE = 'logio-ttfb';
