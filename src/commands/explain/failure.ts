// What went wrong, in one clear line, and whose fault it is: exit code 2 for a question without sense, 1 otherwise.

import { QuestionError } from '../../tools/question.ts';
import { readable } from '../../tools/readable.ts';
import { say, showFailure } from '../terminal.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};

export function failureOf(error: unknown): number {
  if (error instanceof QuestionError) {
    say(readable(error.message));
    return 2;
  }
  if (error instanceof Error && 'syscall' in error) {
    const { path, code = '' } = error as NodeJS.ErrnoException;
    say(`${path ?? 'a file'} cannot be read: ${REASONS[code] ?? code}`);
    return 1;
  }
  showFailure(error);
  return 1;
}
