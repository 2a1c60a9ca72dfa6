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

  it('starts the application on a port of its own, or where --to says', () => {
    const text = frontConfiguration({ app: 'npm start', port: 8080 });
    expect(text).toContain('    AppCommand "npm start"\n    AppAddress auto\n    AppStart boot\n');
    expect(text).toContain('ProxyPass "/" app://app/ nocanon\nProxyPassReverse "/" app://app/\n');
    expect(frontConfiguration({ app: 'x', to: 'http://127.0.0.1:8000/', port: 80 })).toContain(
      'AppAddress http://127.0.0.1:8000\n',
    );
    expect(frontConfiguration({ app: 'x', to: 'unix:/run/a b.sock|http://localhost/', port: 80 })).toContain(
      'AppAddress "unix:/run/a b.sock"\n',
    );
  });

  it.each([
    ['node server.js --port=$PORT', '"node server.js --port=$PORT"'],
    ['cd "my app" && ./run', '/bin/sh -c "cd \\"my app\\" && ./run"'],
    ['A=1 ./run', '/bin/sh -c "A=1 ./run"'],
    ['  ./run  -x a=b ', '"./run  -x a=b"'],
  ])('gives a shell only what needs one: %s', (app, words) => {
    expect(frontConfiguration({ app, port: 80 })).toContain(`    AppCommand ${words}\n`);
  });

  it('quotes a directory of static files', () => {
    const text = frontConfiguration({ to: 'http://127.0.0.1:8000/', port: 80, staticDir: '/srv/my "files"' });
    expect(text).toContain('DocumentRoot "/srv/my \\"files\\""\n');
  });
});
