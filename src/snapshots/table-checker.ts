/** A thread of the inspector: checks tables one by one until none is left. */
import { parentPort, workerData } from 'node:worker_threads';
import { equipWith } from '../engine/open-database.ts';
import { checkTables, type SharedTables } from './tables-in-parallel.ts';

const shared: SharedTables = workerData;
await equipWith(shared.extensions);
parentPort?.postMessage(checkTables(shared));
