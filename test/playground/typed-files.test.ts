// The list of files as people type it.
import { expect, it } from 'vitest';
import { readTypedFiles } from '../../src/tools/playground/typed-files.ts';

it('has a file, a folder or a file with a content on each line', () => {
  const { files, folders } = readTypedFiles(
    ['index.html', '  a b.txt  ', 'uploads/', '', 'map.txt: old new', 'empty.txt:', 'über:x.txt'].join(
      '\r\n',
    ),
  );
  expect([...files]).toEqual([
    ['index.html', 'This is index.html.\n'],
    ['a b.txt', 'This is a b.txt.\n'],
    ['map.txt', 'old new\n'],
    ['empty.txt', ''],
    ['\xc3\xbcber:x.txt', 'This is \xc3\xbcber:x.txt.\n'],
  ]);
  expect([...folders]).toEqual(['uploads/']);
});

it('takes lines that are indented below a content for more of it', () => {
  const { files } = readTypedFiles(
    '.htaccess:\n  <Files x>\n    Require all denied\n  </Files>\n\n  no content\nb: 1\n\t2\n',
  );
  expect(files.get('.htaccess')).toBe('<Files x>\n  Require all denied\n</Files>\n');
  expect(files.get('no content')).toBe('This is no content.\n');
  expect(files.get('b')).toBe('1\n2\n');
});
