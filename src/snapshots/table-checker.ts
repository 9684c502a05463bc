/** A thread of the inspector: checks tables one by one until none is left. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkTables, type SharedTables } from './tables-in-parallel.ts';

parentPort?.postMessage(checkTables(workerData as SharedTables));
