/** The daemon's HTTP server: read-only, and nothing that it serves is secret. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP, type Socket } from 'node:net';
import { addressText, type ListenAddress } from '../config/listen-address.ts';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { contentSecurityPolicy } from '../report/html/page.ts';
import { visibleText } from '../visible.ts';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Keyed by path. */
export type Routes = Readonly<Record<string, () => Answer | Promise<Answer>>>;

export interface Listening {
  /** With the port actually in use. */
  readonly url: string;
  /** Closes all connections at once, even while answering. */
  close(): Promise<void>;
}

/** A request is a path and a few headers; a larger or slower one is not meant for this server. */
const limits = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
/** Far more than the clients expected at once, and far below a process's limit of open files. */
const maxConnections = 256;

/**
 * @param warn Receives errors of the listening server, such as too many open files.
 * @throws {DrydockError} USAGE if it cannot listen on the address.
 */
export async function listen(
  address: ListenAddress,
  routes: Routes,
  warn: (message: string) => void,
): Promise<Listening> {
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
      next: 'Use another daemon.address (DRYDOCK_DAEMON_ADDRESS, --address), or stop the process that uses this one',
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
 * Closes the oldest connection when there are too many. An answer takes milliseconds, so a connection that has seen so many
 * others arrive is idle; refusing the newest instead would let idle connections lock out the liveness probe.
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
    // Do not wait for the rest of a refused request.
    ...(answer.status === 405 && { allow: 'GET, HEAD', connection: 'close' }),
  });
  response.end(body);
}

async function answerTo(server: Server, routes: Routes, request: IncomingMessage): Promise<Answer> {
  const { method, url = '', headers } = request;
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'Only GET and HEAD are supported');
  if (isLoopback(server) && !isLocalName(headers.host)) {
    return text(421, 'This daemon listens on loopback, and accepts only localhost or an IP address as host');
  }
  const path = url.split('?', 1)[0] ?? '';
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  return route === undefined ? text(404, 'Not found') : route();
}

/** A plain-text answer of one or a few lines. */
export function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${visibleText(body)}\n` };
}

/**
 * Another site's page can point its own host name at this machine's loopback address and read the answer (DNS rebinding).
 * The browser sends that name. A daemon bound to another address is expected to be behind a proxy or a firewall.
 */
function isLocalName(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return name === 'localhost' || isIP(name) !== 0;
}

function isLoopback(server: Server): boolean {
  const { address } = server.address() as AddressInfo;
  return address === '::1' || address.startsWith('127.');
}
