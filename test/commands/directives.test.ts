// The list of directives as people and tools get it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkshop, type Workshop } from '../support/command.ts';

let shop: Workshop;

beforeAll(async () => {
  shop = await openWorkshop();
});

afterAll(() => shop.close());

describe('portico directives', () => {
  it('prints every directive with its module, its places and what it does', async () => {
    const { code, out, err } = await shop.run(['directives']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(
      'RewriteRule  (rewrite)\n    server config, virtual host, directory, .htaccess (AllowOverride FileInfo)\n    an URL-applied regexp-pattern and a substitution URL\n',
    );
    expect(out).toContain('<Directory>  (core)\n    server config, virtual host\n');
    expect(out).toMatch(/^StartServers {2}\(mpm_event\)\n {4}server config\n.*\n {4}No effect here: /m);
    expect(out).toContain('LoadModule  (so)\n');
    expect(out).toContain('<IfVersion>  (version)\n');
  });

  it('is also an option', async () => {
    const { out } = await shop.run(['directives', '--module', 'mod_dir']);
    expect(await shop.run(['--directives', '--module', 'dir_module'])).toEqual({ code: 0, out, err: '' });
    expect(out.match(/^\S.*$/gm)).toEqual([
      'DirectoryCheckHandler  (dir)',
      'DirectoryIndex  (dir)',
      'DirectoryIndexRedirect  (dir)',
      'DirectorySlash  (dir)',
      'FallbackResource  (dir)',
    ]);
  });

  it('is JSON for tools', async () => {
    const { out } = await shop.run(['directives', '--json', '--module', 'core']);
    const list: { name: string }[] = JSON.parse(out);
    expect(list.find(({ name }) => name === 'AllowOverride')).toEqual({
      name: 'AllowOverride',
      isSection: false,
      module: 'core',
      contexts: ['directory'],
      override: [],
      args: 'takeArgv',
      default: 'None',
      help: 'Controls what groups of directives can be configured by per-directory config files',
      example: 'AllowOverride FileInfo Indexes',
    });
    expect(list.find(({ name }) => name === 'VirtualHost')).toMatchObject({ isSection: true });
  });

  it('knows no module that there is not', async () => {
    const { code, out, err } = await shop.run(['directives', '--module', 'nothing']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('portico: no directives of a module nothing\n');
  });
});
