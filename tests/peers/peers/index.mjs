// All peers, in the order of the tables. Those of hearth are what the others are held against.
//
// A peer:
//   name, title     on the command line; in tables
//   dialect         of its functions (../works.mjs)
//   against         the name of the hearth that does the same work; absent for hearth itself
//   what            how it is run, for the page
//   version()       text
//   missing()       why it cannot run here, or undefined; absent if nothing can be missing
//   works           the works that it serves warm
//   warmupSeconds   how long it is under load before it is measured, if it needs more than the others
//   cold            [{variant, works, perProcess, count}]: kinds of cold start; perProcess: a process is started for each,
//                   else each request to one running platform is one; count: how many in a round, if not the default
//   memory          [{variant, counts, perProcess, most, held}]: kinds of instance, and how many of them at once; most: so many
//                   will do, since each is as large as the next; held: a request must be kept waiting in each, so that the
//                   platform makes another one
//   watch           the flags that make it serve a file anew when that is saved; absent if it has no such mode
//   start(work, {variant, count, file, watch})   gives what running.mjs describes
import { deno } from './deno.mjs';
import { functionsFramework } from './functions_framework.mjs';
import { hearthFetch, hearthFramework, hearthLambda, hearthServer } from './hearth.mjs';
import { nginx } from './nginx.mjs';
import { node } from './node.mjs';
import { serverlessOffline } from './serverless_offline.mjs';
import { workerd } from './workerd.mjs';

export const PEERS = [
  hearthFetch,
  workerd,
  deno,
  hearthServer,
  node,
  nginx,
  hearthFramework,
  functionsFramework,
  hearthLambda,
  serverlessOffline,
];
