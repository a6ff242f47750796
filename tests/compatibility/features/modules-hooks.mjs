import { createRequire, register, registerHooks } from 'node:module';
import { withFolder } from '../support.mjs';

export const run = () => withFolder({ 'x.mjs': '' }, async (folder) => {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      return specifier.startsWith('virtual:') ? { url: specifier, shortCircuit: true } : next(specifier, context);
    },
    load(url, context, next) {
      return url.startsWith('virtual:')
        ? { format: 'module', source: `export default ${JSON.stringify(url)}`, shortCircuit: true } : next(url, context);
    },
  });
  const imported = (await import('virtual:one')).default;
  const required = createRequire(import.meta.url)('virtual:two').default;
  hooks.deregister();
  const after = await import('virtual:three').catch(({ code }) => code);
  register(`data:text/javascript,${encodeURIComponent(`
    export async function load(url, context, next) {
      return url.endsWith('?hooked') ? { format: 'module', source: 'export default "off thread"', shortCircuit: true } : next(url, context);
    }`)}`);
  return {
    imported,
    required,
    after,
    'register': (await import(`file://${folder}/x.mjs?hooked`)).default,
  };
});
