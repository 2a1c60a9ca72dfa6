import { describe, expect, it } from 'vitest';
import { readConninfo } from './conninfo.ts';

describe('DBDParams of pgsql', () => {
  it('are read as libpq reads them', () => {
    const settings = readConninfo(
      `host=db.example.test port = 5433 dbname='my site' user=app password='it\\'s \\\\' connect_timeout=3`,
    );
    expect(settings).toMatchObject({
      host: 'db.example.test',
      port: 5433,
      database: 'my site',
      user: 'app',
      password: "it's \\",
      connectionTimeoutMillis: 3000,
    });
  });

  it('lead to the local socket, in bounded time, when they say nothing', () => {
    expect(readConninfo('')).toMatchObject({ host: '/var/run/postgresql', connectionTimeoutMillis: 10_000 });
  });

  it('may be a URI', () => {
    expect(readConninfo('postgresql://app@db.example.test/site').connectionString).toBe(
      'postgresql://app@db.example.test/site',
    );
  });

  it('encrypt from sslmode=require on, and check names at verify-full', () => {
    expect(readConninfo('sslmode=prefer').ssl).toBe(false);
    expect(readConninfo('sslmode=require').ssl).toEqual({ rejectUnauthorized: false });
    expect(readConninfo('sslmode=verify-full').ssl).toEqual({ rejectUnauthorized: true });
    expect(() => readConninfo('sslmode=sometimes')).toThrow('invalid sslmode value: "sometimes"');
  });

  // The sentences are libpq's.
  it.each([
    ['hst=x', 'invalid connection option "hst"'],
    ['host', 'missing "=" after "host" in connection info string'],
    [`password='x`, 'unterminated quoted string in connection info string'],
  ])('%j is refused', (text, message) => {
    expect(() => readConninfo(text)).toThrow(message);
  });
});
