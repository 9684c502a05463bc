/** A process of its own that reads the whole database: the daemon must answer meanwhile, and may have to end it. */
import { Worker } from 'node:worker_threads';
import { verifyDatabase } from '../api/verify.ts';
import type { Config } from '../config/config.ts';
import { siblingModule } from '../engine/entry.ts';
import { toWire } from '../engine/wire-error.ts';
import type { VerifierReply } from './verify-apart.ts';

// A thread of its own, since reading blocks this one: whoever writes waits for a reader, also for one that nobody waits for.
new Worker(siblingModule(import.meta.url, 'lifeline'), { workerData: process.ppid }).unref();
process.on('disconnect', () => process.exit(0));

process.once('message', (config: Config) => {
  process.send?.(answer(config));
});

function answer(config: Config): VerifierReply {
  try {
    return { kind: 'answer', value: verifyDatabase(config) };
  } catch (error) {
    return { kind: 'error', error: toWire(error) };
  }
}
