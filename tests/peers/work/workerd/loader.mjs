// Loads a worker of its own for each id that is asked for, all from the same code.
export default {
  async fetch(request, env) {
    const id = new URL(request.url).searchParams.get('id');
    const worker = env.LOADER.get(id, () => ({
      compatibilityDate: '2026-11-01',
      mainModule: 'main.js',
      modules: { 'main.js': env.CODE },
      globalOutbound: null,
    }));
    return await worker.getEntrypoint().fetch(request);
  },
};
