import { describe, expect, it } from 'vitest';
import { knownReason, reasonPhrase } from './reason.ts';

describe('reasonPhrase', () => {
  it.each([
    [200, 'OK'],
    [302, 'Found'],
    [303, 'See Other'],
    [307, 'Temporary Redirect'],
    [308, 'Permanent Redirect'],
    [401, 'Unauthorized'],
    [408, 'Request Timeout'],
    [413, 'Request Entity Too Large'],
    [414, 'Request-URI Too Long'],
    [416, 'Requested Range Not Satisfiable'],
    [422, 'Unprocessable Entity'],
    [451, 'Unavailable For Legal Reasons'],
    [503, 'Service Unavailable'],
    [504, 'Gateway Timeout'],
    [511, 'Network Authentication Required'],
  ])('of %i is %j, as Apache says it', (status, phrase) => expect(reasonPhrase(status)).toBe(phrase));

  it.each([306, 418, 425, 509, 599, 999])('of %i is not known to Apache', (status) => {
    expect(knownReason(status)).toBeUndefined();
    expect(reasonPhrase(status)).toBe('Internal Server Error');
  });
});
