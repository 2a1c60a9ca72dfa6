// The first line of an answer: what the request comes to, in a status and a few words.

import type { Outcome } from '../tools/story.ts';

export interface Headline {
  /** How it is felt: an answer, a way elsewhere, an error. */
  readonly tone: 'good' | 'away' | 'bad';
  /** Empty where the status is somebody else's to choose. */
  readonly status: string;
  readonly what: string;
  /** The file, the URL, the program. */
  readonly where: string;
}

const REDIRECTS: Readonly<Record<number, string>> = {
  301: 'Moved permanently to',
  302: 'Found, for now, at',
  303: 'See other, with GET',
  307: 'For now, with the same method, at',
  308: 'Permanently, with the same method, at',
};

/** `shorten` gives a file the name that the visitor knows. */
export function headlineOf(outcome: Outcome, shorten: (file: string) => string): Headline {
  switch (outcome.kind) {
    case 'file':
      return {
        tone: outcome.status < 400 ? 'good' : 'bad',
        status: String(outcome.status),
        what: 'File',
        where: shorten(outcome.file),
      };
    case 'redirect':
      return {
        tone: 'away',
        status: String(outcome.status),
        what: REDIRECTS[outcome.status] ?? 'Redirect to',
        where: outcome.location,
      };
    case 'proxy':
      return { tone: 'good', status: '', what: 'Forwarded to', where: outcome.url };
    case 'fastcgi':
      return { tone: 'good', status: '', ...scriptOf(outcome.parameters, shorten) };
    case 'program':
      return {
        tone: 'good',
        status: '',
        what: 'Answered by the program',
        where: [shorten(outcome.file), ...outcome.words].join(' '),
      };
    case 'page':
      return {
        tone: outcome.status < 400 ? 'good' : 'bad',
        status: String(outcome.status),
        what: `A page that ${outcome.module === 'core' ? 'the core' : `mod_${outcome.module}`} makes`,
        where: '',
      };
    case 'status':
      return {
        tone: outcome.status < 400 ? 'good' : 'bad',
        status: String(outcome.status),
        what: outcome.reason,
        where: '',
      };
    case 'nothing':
      return { tone: 'bad', status: '', what: 'No answer: the connection is closed', where: '' };
  }
}

/** What a FastCGI application is asked for: a script with its query, as a visitor knows it. */
function scriptOf(
  { SCRIPT_FILENAME: file = '', QUERY_STRING: query = '' }: Readonly<Record<string, string>>,
  shorten: (file: string) => string,
): Pick<Headline, 'what' | 'where'> {
  // Apache tells PHP-FPM of the handler's URL in front of the file.
  const script = shorten(file.replace(/^proxy:fcgi:\/\/[^/]*/, ''));
  return {
    what: /\.ph(?:ar|p|tml)$/.test(script) ? 'PHP runs' : 'An application runs',
    where: query === '' ? script : `${script}?${query}`,
  };
}
