import { failureOf } from '../support.mjs';

const NO_INSPECTOR = 'The inspector starts a thread, and a zygote must have only one';

export const differences = [
  { at: 'console', node: ['function', 'function', 'function'], hearth: ['function', 'function', 'undefined'], why: `${NO_INSPECTOR}. \`console.createTask\` is part of it` },
  { at: 'session', node: 'none', hearth: 'This Environment was initialized without a V8::Inspector', why: `${NO_INSPECTOR}. Profile with \`perf_hooks\` and \`v8\`` },
];

// Node throws a string here, not an Error.
function outcomeOf(action) {
  try {
    action();
  } catch (error) {
    return String(error);
  }
  return 'none';
}

export async function run() {
  const { default: inspector } = await import('node:inspector');
  return {
    'import': typeof inspector.Session,
    'promises': await failureOf(() => import('node:inspector/promises')),
    'url': await failureOf(() => inspector.url()),
    'session': await outcomeOf(() => {
      const session = new inspector.Session();
      session.connect();
      session.post('Runtime.evaluate', { expression: '1' });
      session.disconnect();
    }),
    'console': [typeof console.profile, typeof console.context, typeof console.createTask],
    'console of the inspector': typeof inspector.console?.log,
  };
}
