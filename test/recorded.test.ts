// Where the real Apache is at hand: the recorded answers of test/conformance still are its answers.
import { expect } from 'vitest';
import { readAnswers } from './support/answers-file.ts';
import { caseFiles, topicOf } from './support/case-list.ts';
import { concurrentTestWith } from './support/parts.ts';
import { checkRecording, recordingOrigin } from './support/recording.ts';

for (const file of caseFiles('conformance'))
  concurrentTestWith(
    ['apache2'],
    `${topicOf(file)} was recorded as Apache answers`,
    async (context) => {
      const origin = readAnswers(file)?.origin;
      if (origin !== undefined && origin !== recordingOrigin())
        context.skip(`${origin}; found here: ${recordingOrigin().replace('recorded from ', '')}`);
      const { cases, problems } = await checkRecording(file, 2);
      expect(cases).toBeGreaterThan(0);
      expect(problems.join('\n')).toBe('');
    },
    120_000,
  );
