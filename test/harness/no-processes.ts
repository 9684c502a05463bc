/** Loaded before the tests of `npm run test:unit`, which start no process: each way to start one throws. */
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

const ways = ['spawn', 'fork', 'exec', 'execFile', 'spawnSync', 'execSync', 'execFileSync'] as const;

function refuse(): never {
  throw new Error('a test that starts a process must not be called *.unit.test.ts');
}

Object.assign(childProcess, Object.fromEntries(ways.map((way) => [way, refuse])));
syncBuiltinESMExports();
