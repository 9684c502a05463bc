/** The daemon's HTTP: reads only, and nothing of what it reads is a secret. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP, type Socket } from 'node:net';
import { type Address, addressText } from '../config/address.ts';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { contentSecurityPolicy } from '../report/html/page.ts';
import { visibleText } from '../visible.ts';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** By path. */
export type Routes = Readonly<Record<string, () => Answer | Promise<Answer>>>;

export interface Listening {
  /** With the port that it got. */
  readonly url: string;
  /** Ends at once, also what is being answered. */
  close(): Promise<void>;
}

/** What is asked for is a path and a few headers; whoever says more, or says it slowly, wants something else. */
const limits = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
/** Far more than ever ask at once, and far fewer than a process may have files open. */
const maxConnections = 256;

/**
 * @param warn Is told what goes wrong once it listens, such as too many open files.
 * @throws {DrydockError} USAGE where the address cannot be had.
 */
export async function listen(address: Address, routes: Routes, warn: (message: string) => void): Promise<Listening> {
  const server = createServer(limits, (request, response) => {
    void respond(server, routes, request, response);
  });
  keepToTheNewest(server);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(address.port, address.host, resolve);
  await promise.catch((cause: unknown) => {
    throw new DrydockError('USAGE', {
      what: `The daemon cannot listen on ${addressText(address)} (${codeOf(cause)})`,
      next: 'Give another daemon.address (DRYDOCK_DAEMON_ADDRESS, --address), or stop what has it',
      cause,
    });
  });
  server.off('error', reject).on('error', (error) => warn(`the server at ${addressText(address)}: ${error.message}`));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${addressText({ host: address.host, port })}`,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * One connection too many closes the oldest one. An answer takes milliseconds, so whoever is still there when so many others
 * have come is silent; to refuse the newest instead would let the silent ones keep out the probe that asks whether we live.
 */
function keepToTheNewest(server: Server): void {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const [oldest] = open;
    if (open.size > maxConnections) oldest?.destroy();
  });
}

async function respond(
  server: Server,
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await answerTo(server, routes, request).catch((error: unknown) => text(500, messageOf(error)));
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': body.length,
    'cache-control': 'no-store',
    'content-security-policy': `${contentSecurityPolicy('beside')}; frame-ancestors 'none'`,
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // What may still come of a request that was refused is not waited for.
    ...(answer.status === 405 && { allow: 'GET, HEAD', connection: 'close' }),
  });
  response.end(body);
}

async function answerTo(server: Server, routes: Routes, request: IncomingMessage): Promise<Answer> {
  const { method, url = '', headers } = request;
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'Only GET and HEAD are answered here');
  if (isLoopback(server) && !isLocalName(headers.host)) {
    return text(421, 'This daemon answers on loopback, and only to localhost or an address');
  }
  const path = url.split('?', 1)[0] ?? '';
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  return route === undefined ? text(404, 'There is nothing here') : route();
}

/** One or a few lines for a program or a person with curl. */
export function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${visibleText(body)}\n` };
}

/**
 * A page of another site can give its own name this machine's loopback address, and then read what is there (DNS
 * rebinding). The browser tells the name. Who binds another address than loopback has put something before it.
 */
function isLocalName(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return name === 'localhost' || isIP(name) !== 0;
}

function isLoopback(server: Server): boolean {
  const { address } = server.address() as AddressInfo;
  return address === '::1' || address.startsWith('127.');
}
