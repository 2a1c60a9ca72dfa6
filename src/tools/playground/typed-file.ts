// What the text that somebody types is called where a file's name would stand.

/** Never the name of a file of the machine: those begin with a slash. */
export const TYPED_FILE = 'the text';
