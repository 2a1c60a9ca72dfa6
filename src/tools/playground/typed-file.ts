// What the text that somebody types is called where a file's name would stand, and where it stands.

/** Never the name of a file of the machine: those begin with a slash. */
export const TYPED_FILE = 'the text';

/** The folder that stands for `/` where the text is an .htaccess. */
export const DOCUMENT_ROOT = '/var/www/html';
