// Lines of the modules that have filters: Apache's own sentences for those that are wrong.
import { describe, expect, it } from 'vitest';
import { complaintsOf, memorySite } from '../../test/support/memory-site.ts';

const LONG = 'A text of more than sixty-eight bytes, which is worth it to be compressed for all.\n';

describe('a line that is wrong', () => {
  it.each([
    ['DeflateCompressionLevel 10', 'Compression Level must be between 1 and 9'],
    ['DeflateMemLevel x', 'DeflateMemLevel must be between 1 and 9'],
    ['DeflateWindowSize 16', 'DeflateWindowSize must be between 1 and 15'],
    ['DeflateBufferSize 0', 'DeflateBufferSize should be positive'],
    ['DeflateFilterNote Nothing note', 'Unknown note type Nothing'],
    ['DeflateAlterETag Sometimes', "DeflateAlterETAG accepts only 'NoChange', 'AddSuffix', and 'Remove'"],
    ['DeflateInflateLimitRequestBody -1', 'DeflateInflateLimitRequestBody requires a non-negative integer.'],
    ['DeflateInflateLimitRequestBody 1x', 'DeflateInflateLimitRequestBody requires a non-negative integer.'],
    [
      'DeflateInflateLimitRequestBody 99999999999999999999',
      'DeflateInflateLimitRequestBody is not parsable.',
    ],
    ['DeflateInflateRatioLimit 0', 'DeflateInflateRatioLimit must be positive'],
    ['DeflateInflateRatioBurst x', 'DeflateInflateRatioBurst must be positive'],
    ['BrotliCompressionQuality 12', 'BrotliCompressionQuality must be between 0 and 11'],
    ['BrotliCompressionWindow 9', 'BrotliCompressionWindow must be between 10 and 24'],
    ['BrotliCompressionMaxInputBlock 25', 'BrotliCompressionMaxInputBlock must be between 16 and 24'],
    ['BrotliFilterNote Nothing x', "Unknown BrotliFilterNote type 'Nothing'"],
    ['BrotliAlterETag x', "BrotliAlterETag accepts only 'AddSuffix', 'NoChange' and 'Remove'"],
    ['AddOutputFilterByType NOSUCH text/html', 'Unknown filter provider NOSUCH'],
    ['AddOutputFilterByType DEFLATE', 'AddOutputFilterByType requires at least two arguments'],
    ['FilterProvider PACK NOSUCH "true"', 'Unknown filter provider NOSUCH'],
    [
      `FilterProvider PACK DEFLATE "%{NOSUCH} == 'x'"`,
      "Error parsing FilterProvider expression:Variable 'NOSUCH' does not exist",
    ],
    ['FilterProtocol NOSUCH change=yes', 'FilterProtocol: No such filter'],
    [
      'FilterDeclare X\nFilterProtocol X DEFLATE change=yes',
      'FilterProtocol: No such provider for this filter',
    ],
    ['FilterTrace NOSUCH 1', 'Undeclared smart filter NOSUCH'],
    ['Substitute x/a/b/', 'Bad Substitute format, must be an s/// pattern'],
    ['Substitute s', 'Bad Substitute format, must be a complete s/// pattern'],
    ['Substitute s/a', 'Bad Substitute format, must be a complete s/// pattern'],
    ['Substitute s//b/', 'Bad Substitute format, must be a complete s/// pattern'],
    ['Substitute s/a/b/g', 'Bad Substitute flag, only s///[infq] are supported'],
    ['Substitute s/(/b/', 'Substitute could not compile regex'],
    [
      'SubstituteMaxLineLength 10x',
      "SubstituteMaxLineLength must be a non-negative integer optionally suffixed with 'b', 'k', 'm' or 'g'.",
    ],
    ['ExpiresByType text A600', 'Invalid mimetype: should contain a slash'],
    [
      'ExpiresByType text/html "yesterday plus 1 day"',
      "'ExpiresByType text/html yesterday plus 1 day': bad expires code, unrecognised <base> 'yesterday'",
    ],
    [
      'ExpiresDefault "access plus many days"',
      "'ExpiresDefault access plus many days': bad expires code, numeric value expected <num> 'many'",
    ],
    ['ExpiresDefault "access plus 1"', "'ExpiresDefault access plus 1': bad expires code, missing <type>"],
    [
      'ExpiresDefault "access plus 1 fortnight"',
      "'ExpiresDefault access plus 1 fortnight': bad expires code, unrecognised <type>'fortnight'",
    ],
    [
      'ExpiresDefault "access plus 1 m"',
      "'ExpiresDefault access plus 1 m': bad expires code, unrecognised <type>'m'",
    ],
  ])('%s', (line, sentence) => {
    expect(complaintsOf(line)).toEqual([sentence]);
  });

  it('is not one that Apache takes, odd as it may be', () => {
    expect(
      complaintsOf(
        'ExpiresDefault "modif plus 1 day"\nExpiresDefault Axyz\nFilterChain NOSUCH\nSetOutputFilter NOSUCH',
      ),
    ).toEqual([]);
  });
});

describe('a name that no filter has', () => {
  it('is a line in the log, and the answer goes out without', async () => {
    const site = await memorySite('DocumentRoot /srv/htdocs\nSetOutputFilter NOSUCH\nFilterChain GONE', {
      '/srv/htdocs/a.txt': LONG,
    });
    expect((await site.ask('/a.txt')).body).toBe(LONG);
    const log = site.logLines.join('\n');
    expect(log).toContain('AH00082: an unknown filter was not added: NOSUCH');
    expect(log).toContain('AH01380: Unknown filter GONE not added');
  });
});

describe('a filter that cannot give the answer', () => {
  it('makes it an error page, which no filter changes', async () => {
    const site = await memorySite(
      'DocumentRoot /srv/htdocs\nSetOutputFilter SUBSTITUTE\nSubstitute s/a/aaaa/\nSubstituteMaxLineLength 8\nErrorDocument 500 "alas"',
      { '/srv/htdocs/a.txt': 'aaa\n', '/srv/htdocs/b.txt': 'a\n' },
    );
    const refused = await site.ask('/a.txt');
    expect([refused.status, refused.body]).toEqual([500, 'alas']);
    expect(site.logLines.join('\n')).toContain('AH01328: Line too long, URI /a.txt');
    expect((await site.ask('/b.txt')).body).toBe('aaaa\n');
  });

  it('makes it an error document, which may be changed', async () => {
    const site = await memorySite(
      'DocumentRoot /srv/htdocs\nSetOutputFilter SUBSTITUTE\nSubstitute s/a/aaaa/\nSubstituteMaxLineLength 8\nErrorDocument 500 /b.txt',
      { '/srv/htdocs/a.txt': 'aaa\n', '/srv/htdocs/b.txt': 'a\n' },
    );
    const refused = await site.ask('/a.txt');
    expect([refused.status, refused.body]).toEqual([500, 'aaaa\n']);
  });

  it('ends in a page where the error document cannot be given either', async () => {
    const site = await memorySite(
      'DocumentRoot /srv/htdocs\nSetOutputFilter SUBSTITUTE\nSubstitute s/a/aaaa/\nSubstituteMaxLineLength 8\nErrorDocument 500 /a.txt',
      { '/srv/htdocs/a.txt': 'aaa\n' },
    );
    const refused = await site.ask('/a.txt');
    expect(refused.status).toBe(500);
    expect(refused.body).toContain('Additionally, a 500');
  });
});
