// nginx in front of plain Node over a Unix socket: what a proxy costs that is written in C and does nothing else.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Child, freePort, temporaryFolder } from '../process.mjs';
import { workFile } from '../works.mjs';
import { NODE } from './node.mjs';
import { HOST, running } from './running.mjs';

const POLL_MS = 2;
// Debian does not have it on the PATH of ordinary users.
const NGINX = '/usr/sbin/nginx';

// As nginx documents it: a worker for each core, connections to the upstream kept alive. No other peer writes an access log.
const configuration = (port, socket) => `
${process.getuid() === 0 ? 'user root root;' : ''}
worker_processes auto;
daemon off;
pid nginx.pid;
error_log stderr warn;
events {
  worker_connections 1024;
}
http {
  access_log off;
  client_body_temp_path client_body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  upstream node {
    server unix:${socket};
    keepalive 64;
  }
  server {
    listen ${HOST}:${port};
    location / {
      proxy_pass http://node;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
    }
  }
}
`;

async function fileAppears(file) {
  while (!existsSync(file)) await delay(POLL_MS);
}

export const nginx = {
  name: 'nginx',
  title: 'nginx + node',
  dialect: 'server',
  against: 'hearth-server',
  what: 'nginx with a worker for each core, in front of `node FILE` over a Unix socket, `keepalive` on, no access log',
  version: () => `nginx ${/nginx\/(\S+)/.exec(spawnSync(NGINX, ['-v'], { encoding: 'utf8' }).stderr)[1]}`,
  missing: () => (existsSync(NGINX) ? undefined : `there is no ${NGINX}`),
  works: ['hello', 'json', 'large', 'cpu'],
  cold: [],
  memory: [],

  async start(work) {
    const folder = temporaryFolder();
    const port = await freePort();
    const socket = path.join(folder, 'node.sock');
    mkdirSync(path.join(folder, 'logs'));
    writeFileSync(path.join(folder, 'nginx.conf'), configuration(port, socket));
    // listen() of Node takes a path for a port.
    const server = new Child(NODE, [workFile('server', work)], { env: { HOST, PORT: socket } });
    // Until Node listens, nginx would answer with an error of its own.
    await server.during(fileAppears(socket));
    const proxy = new Child(NGINX, ['-p', folder, '-c', path.join(folder, 'nginx.conf'), '-e', 'stderr']);
    return running({ dialect: 'server', work, port, children: [server, proxy] });
  },
};
