/** A separate process that reads the whole database: the daemon must answer meanwhile, and may have to kill it. */
import { Worker } from 'node:worker_threads';
import { verify } from '../api/verify.ts';
import { siblingModule } from '../engine/entry.ts';
import { answerApart } from '../engine/one-shot-child.ts';

// A separate thread, since reading blocks this one: an orphaned reader would make writers wait for nothing.
new Worker(siblingModule(import.meta.url, 'parent-watchdog'), { workerData: process.ppid }).unref();
answerApart(verify);
