import { get } from 'node:http';
import type { Config } from '../config/config.ts';
import { addressText, type ListenAddress } from '../config/listen-address.ts';
import { DrydockError, messageOf } from '../errors.ts';

const patienceMs = 5_000;

/** @throws {DrydockError} FAULT unless the daemon of this config answers that it is up. */
export async function healthcheck({
  daemonAddress,
}: Config): Promise<{ readonly url: string; readonly status: number }> {
  const url = `http://${addressText(reachable(daemonAddress))}/healthz`;
  const status = await statusOf(url).catch((cause: unknown) => {
    throw new DrydockError('FAULT', { what: `No daemon answers at ${url}: ${messageOf(cause)}`, cause });
  });
  if (status !== 200) throw new DrydockError('FAULT', { what: `The daemon at ${url} answered ${status}` });
  return { url, status };
}

/** If the daemon listens on all addresses, asks it on loopback. */
function reachable({ host, port }: ListenAddress): ListenAddress {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return { host: host === '::' ? '::1' : host, port };
}

function statusOf(url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  get(url, { agent: false, signal: AbortSignal.timeout(patienceMs) }, (response) => {
    response.resume();
    resolve(response.statusCode);
  }).on('error', reject);
  return promise;
}
