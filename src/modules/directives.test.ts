import { describe, expect, it } from 'vitest';
import { tlsParties } from '../../test/support/tls-parties.ts';
import type { Container, Directive } from '../conf/directive.ts';
import { createMemoryIo } from '../conf/memory-io.ts';
import { readSite } from '../conf/site.ts';
import { modules } from './index.ts';

const entries = modules.flatMap((module) => module.directives.map((directive) => ({ module, directive })));

const titled = entries.map(
  ({ module, directive }) =>
    [`${'open' in directive ? `<${directive.name}>` : directive.name} of ${module.name}`, directive] as const,
);

/** The example where its first context says. */
function placed({ contexts, example }: Directive | Container): string {
  switch (contexts[0]) {
    case 'virtual host':
      return `<VirtualHost *:80>\n${example}\n</VirtualHost>`;
    case 'directory':
      return `<Directory /srv>\n${example}\n</Directory>`;
    default:
      return example;
  }
}

const { authority, client, revocations } = tlsParties();

const pemFiles = {
  '/srv/conf/backend-authority.pem': authority.certificate,
  '/srv/conf/authorities/0a1b2c3d.0': authority.certificate,
  '/srv/conf/authorities/0a1b2c3d.r0': revocations,
  '/srv/conf/revoked.crl': revocations,
  '/srv/conf/machine.pem': client.certificate + client.key,
  '/srv/conf/machines/machine.pem': client.certificate + client.key,
};

function errorsIn(text: string): string[] {
  const io = createMemoryIo({
    '/etc/mime.types': '',
    '/srv/x': '',
    '/srv/conf/proxies.lst': '',
    ...pemFiles,
  });
  const { diagnostics } = readSite({
    sources: [{ name: '/srv/httpd.conf', text }],
    modules,
    io,
    serverRoot: '/srv',
  });
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
}

describe('every directive', () => {
  it('is looked at: the list of modules is not empty', () => {
    expect(entries.length).toBeGreaterThan(150);
  });

  it.each(titled)('%s has help, a place to stand and an example', (_title, directive) => {
    expect(directive.help.trim()).not.toBe('');
    expect(directive.contexts.length).toBeGreaterThan(0);
    expect(directive.example.toLowerCase()).toContain(directive.name.toLowerCase());
  });

  it.each(titled)('%s says which AllowOverride class lets it stand in .htaccess', (_title, directive) => {
    expect(directive.override !== undefined).toBe(directive.contexts.includes('.htaccess'));
  });

  it.each(titled)('%s accepts its own example', (_title, directive) => {
    // Every context but .htaccess is one of the server's files.
    expect(directive.contexts[0]).not.toBe('.htaccess');
    expect(errorsIn(placed(directive))).toEqual([]);
  });

  it('has a name of its own', () => {
    const names = entries.map(
      ({ directive }) => `${'open' in directive ? '<' : ''}${directive.name.toLowerCase()}`,
    );
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});
