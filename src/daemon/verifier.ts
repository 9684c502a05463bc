/** A process of its own that reads the whole database: the daemon must answer meanwhile, and may have to end it. */
import { Worker } from 'node:worker_threads';
import { verifyDatabase } from '../api/verify.ts';
import { siblingModule } from '../engine/entry.ts';
import { answerApart } from '../engine/one-shot-child.ts';

// A thread of its own, since reading blocks this one: whoever writes waits for a reader, also for one that nobody waits for.
new Worker(siblingModule(import.meta.url, 'parent-watchdog'), { workerData: process.ppid }).unref();
answerApart(verifyDatabase);
