// Loads the TypeScript of test/support into a script, through the transformer that vitest brings, so
// that it runs on every supported Node version without a build.
import { fileURLToPath } from 'node:url';
import { createViteServer } from 'vitest/node';

/** Hands the modules of test/support with the given names to `work`, and closes the loader after it. */
export async function withSupport(names, work) {
  const loader = await createViteServer({
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
  });
  try {
    const modules = await Promise.all(names.map((name) => loader.ssrLoadModule(`/test/support/${name}.ts`)));
    return await work(Object.assign({}, ...modules));
  } finally {
    await loader.close();
  }
}
