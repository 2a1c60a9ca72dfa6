import { describe, expect, it } from 'vitest';
import { applicationUrl, frontConfiguration, localPort } from './front.ts';

describe('--to', () => {
  it.each([
    ['8000', 'http://127.0.0.1:8000/'],
    [':8000', 'http://127.0.0.1:8000/'],
    ['app.test:80', 'http://app.test:80/'],
    ['[::1]:3000', 'http://[::1]:3000/'],
    ['http://app.test/base', 'http://app.test/base/'],
    ['unix:/run/app.sock', 'unix:/run/app.sock|http://localhost/'],
  ])('%s means %s', (text, url) => {
    expect(applicationUrl(text)).toBe(url);
  });

  it.each(['0', '70000', 'app', 'ftp://x/', 'http://a b/', 'a:b', 'http://x/?q', ''])(
    '%s is refused',
    (text) => {
      expect(applicationUrl(text)).toBeUndefined();
    },
  );

  it('knows the port of an application on this machine only', () => {
    expect(localPort('http://127.0.0.1:8000/')).toBe(8000);
    expect(localPort('http://app.test:8000/')).toBeUndefined();
  });
});

describe('the configuration of a front door', () => {
  it('passes everything to the application', () => {
    const text = frontConfiguration({ to: 'http://127.0.0.1:8000/', port: 8080 });
    expect(text).toContain('Listen 8080\n');
    expect(text).toContain('ProxyPass "/" http://127.0.0.1:8000/ nocanon upgrade=websocket\n');
    expect(text).not.toContain('DocumentRoot');
  });

  it('quotes a directory of static files', () => {
    const text = frontConfiguration({ to: 'http://127.0.0.1:8000/', port: 80, staticDir: '/srv/my "files"' });
    expect(text).toContain('DocumentRoot "/srv/my \\"files\\""\n');
  });
});
