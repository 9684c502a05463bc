/** A thread of the engine that kills the process when its supervisor has died, whatever the engine is doing. */
import { workerData } from 'node:worker_threads';

const pollMs = 50;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, pollMs);
