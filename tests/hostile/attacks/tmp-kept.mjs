// A file in /tmp, a symbolic link in it that leads out, and a folder without permissions: all gone afterwards.
// expect: {
//   "outcome": "ok",
//   "answer": "written",
//   "within": 1000
// }
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

export default {
  fetch(request) {
    mkdirSync('/tmp/hostile-kept');
    writeFileSync('/tmp/hostile-kept/file', 'kept');
    symlinkSync('/etc', '/tmp/hostile-kept/out');
    mkdirSync('/tmp/hostile-kept/closed', 0);
    return new Response('written');
  },
};
