// What somebody has typed, and whether it can be asked at all.

import { ERAS } from '../../kit/era.ts';
import { parseAddress } from '../../kit/ip-range.ts';
import { isToken } from '../../wire/field-syntax.ts';
import { latin1 } from '../bytes.ts';
import type { Question } from '../question.ts';

/** Text as people type it; what is made of it are bytes of UTF-8. */
export interface PlayQuestion {
  readonly kind: 'htaccess' | 'configuration';
  readonly text: string;
  /** The folder of the .htaccess below the document root: '' or 'blog/'. */
  readonly folder: string;
  /** `http://host/path?query`, or a path. */
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  /** The client's address; '' for 127.0.0.1. */
  readonly remote: string;
  /** What there is on the machine: see typed-files.ts. */
  readonly files: string;
  /** The release of Apache that is asked about; '' for today's. */
  readonly apache: string;
}

/** More is no configuration that somebody has typed or pasted. UTF-16 units. */
const LONGEST = { text: 1_000_000, files: 2_000_000, url: 100_000, field: 100_000 } as const;

/** What is wrong with a question apart from its text; undefined where it can be asked. */
export function problemOf(question: PlayQuestion): string | undefined {
  const { text, files, url, headers, remote, apache, folder } = question;
  if (text.length > LONGEST.text) return `the text is longer than ${LONGEST.text} characters`;
  if (files.length > LONGEST.files) return `the list of files is longer than ${LONGEST.files} characters`;
  if (url.length > LONGEST.url) return `the URL is longer than ${LONGEST.url} characters`;
  if (apache !== '' && !ERAS.has(apache))
    return `Apache ${apache} is not among those that can be asked about: ${[...ERAS.keys()].join(', ')}`;
  if (remote !== '' && parseAddress(remote) === undefined) return `${remote} is no IP address`;
  if (folder.split('/').includes('..')) return `${folder} is no folder below the document root`;
  for (const [name, value] of headers) {
    if (!isToken(name)) return `'${name}' is no name of a header field`;
    if (/[\r\n\0]/.test(value) || value.length > LONGEST.field) return `the value of ${name} cannot be sent`;
  }
  return undefined;
}

/** The request in the form that is put to a site. */
export function asQuestion({ url, method, headers, remote }: PlayQuestion): Question {
  return {
    url: latin1(url),
    headers: headers.map(([name, value]) => [name, latin1(value.trim())] as const),
    ...(method === '' ? {} : { method }),
    ...(remote === '' ? {} : { remote }),
  };
}
