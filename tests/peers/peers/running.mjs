// What `start` of a peer gives.
import { askUntilUp } from '../client.mjs';
import { check, work as workOf } from '../works.mjs';

export const HOST = '127.0.0.1';

// What is asked for is at `request(n)`, for platforms that have several instances the n-th one's. `children` are stopped, last
// one first. hearth has `coldStarts()` too: how many requests a new instance answered, by where the instance came from.
export function running({ dialect, work, port, children, path = () => '/' }) {
  const { request } = workOf(dialect, work);
  return {
    dialect,
    work,
    port,
    children,
    pids: children.map((child) => child.pid),
    request: (n = 0) => ({ ...request, port, path: path(n), headers: request.headers ?? {} }),

    // Resolves when it serves, with the first answer, timed from the start of the process.
    async up() {
      const answer = await askUntilUp(children.at(-1), this.request(), children.at(-1).begin);
      check(dialect, work, answer);
      return answer;
    },

    async stop() {
      for (const child of children.toReversed()) await child.stop();
    },
  };
}
