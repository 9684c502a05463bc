/** What a function leaves running. The promise attacked: an honest exit, if a revision does not await its work. */
import assert from 'node:assert/strict';
import { generateKeyPair, pbkdf2, randomFill, scrypt, scryptSync, webcrypto } from 'node:crypto';
import { createReadStream, readFile } from 'node:fs';
import { open, readFile as readLater } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server as SocketServer } from 'node:net';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createGzip, gzip } from 'node:zlib';
import { leftRunningBy } from '../../src/engine/still-running.ts';

const file = import.meta.filename;
const answerMs = 400;
let server: Server;
let url: string;

before(async () => {
  server = createServer((request, response) => {
    setTimeout(() => response.end('{}'), request.url === '/slow' ? answerMs : 0);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(async () => {
  for (const worker of workers) await worker.terminate();
  for (const one of servers) one.close();
  server.closeAllConnections();
  server.close();
});

const timers: NodeJS.Timeout[] = [];
const workers: Worker[] = [];
const servers: SocketServer[] = [];

function idle(): Worker {
  const worker = new Worker('setInterval(() => undefined, 60_000)', { eval: true });
  worker.unref();
  return worker;
}

const awaited: Readonly<Record<string, () => unknown>> = {
  nothing: () => undefined,
  'a pause': () => sleep(5),
  'a request': async () => (await fetch(url)).json(),
  'requests at once': () => Promise.all([1, 2, 3].map(async () => (await fetch(url)).text())),
  'a request whose answer nobody reads': async () => (await fetch(url)).status,
  'a request with a deadline': async () => (await fetch(url, { signal: AbortSignal.timeout(60_000) })).text(),
  'a file': () => readLater(file),
  'the lines of a file': async () => {
    const handle = await open(file);
    for await (const _line of handle.readLines());
  },
  'the lines of a stream': async () => {
    for await (const _line of createInterface({ input: createReadStream(file) }));
  },
  'a pipeline': () =>
    pipeline(Readable.from(['a']), createGzip(), async (parts) => {
      for await (const _part of parts);
    }),
  'a race whose loser has no timer any more': async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((_resolve, reject) => {
      timer = setTimeout(reject, 60_000);
    });
    await Promise.race([sleep(1), late]);
    clearTimeout(timer);
  },
  'a timer that keeps no process running': () => void setTimeout(() => undefined, 60_000).unref(),
  'a compression': () => promisify(gzip)('a'),
  'a compressed stream that was given up': () => void createGzip().write('a'),
  computations: async () => {
    await promisify(scrypt)('a', 'b', 16);
    await promisify(randomFill)(Buffer.alloc(16));
    await webcrypto.subtle.digest('SHA-256', Buffer.alloc(16));
    scryptSync('a', 'b', 16);
  },
  'a worker of a pool': () => void workers.push(idle()),
};

for (const [what, work] of Object.entries(awaited)) {
  test(`nothing is left running: ${what}`, async () => {
    assert.equal(await leftRunningBy(work), undefined);
  });
}

const left: Readonly<Record<string, readonly [work: () => unknown, what: RegExp]>> = {
  'callbacks of forEach': [() => [1, 2].forEach(async () => void (await sleep(answerMs))), /^2 timers$/],
  'requests of forEach': [
    () => [1, 2].forEach(async () => void (await fetch(`${url}/slow`))),
    /^\d+ (?:unsettled promises?|connection attempts?)$/,
  ],
  'a request over a connection that is there': [
    async () => {
      await (await fetch(url)).text();
      void fetch(`${url}/slow`).then((response) => response.text());
    },
    /unsettled promise/,
  ],
  'a timer': [() => void timers.push(setTimeout(() => undefined, 60_000)), /^1 timer$/],
  'an interval': [() => void timers.push(setInterval(() => undefined, 60_000)), /^1 timer$/],
  'a compression': [() => gzip(Buffer.alloc(100_000_000), () => undefined), /^1 compression$/],
  'a computation': [() => pbkdf2('a', 'b', 400_000, 64, 'sha512', () => undefined), /^1 computation$/],
  'a key pair': [() => generateKeyPair('rsa', { modulusLength: 4096 }, () => undefined), /^1 computation$/],
  'a server on a socket': [() => void servers.push(createSocketServer().listen(`\0${process.pid}`)), /^1 server$/],
  'the deadline of a race': [
    () => {
      const late = new Promise((_resolve, reject) => void timers.push(setTimeout(reject, 60_000)));
      return Promise.race([sleep(1), late]);
    },
    /^1 timer$/,
  ],
};

for (const [what, [work, expected]] of Object.entries(left)) {
  test(`an honest exit: what is left running is found, ${what}`, async () => {
    const found = await leftRunningBy(work);
    for (const timer of timers.splice(0)) clearTimeout(timer);
    assert.match(found?.what ?? 'nothing', expected);
  });
}

test('what was there before, and what others do, does not count', async () => {
  const timer = setTimeout(() => undefined, 60_000);
  const other = sleep(answerMs);
  readFile(file, () => undefined);
  assert.equal(await leftRunningBy(async () => sleep(1)), undefined);
  clearTimeout(timer);
  await other;
});

test('what it throws is thrown', async () => {
  await assert.rejects(
    leftRunningBy(() => Promise.reject(new Error('no'))),
    /^Error: no$/,
  );
});
