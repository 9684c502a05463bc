/** A thread of the engine that ends the process when its supervisor is gone, whatever the engine is busy with. */
import { workerData } from 'node:worker_threads';

const pollMs = 50;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, pollMs);
