/** A process that writes down what a daemon must know, again and again, and prints what it was warned of. */
import { openMemory } from '../../src/daemon/daemon-state.ts';
import { layoutFor } from '../../src/files/layout.ts';

const [database = '', task = ''] = process.argv.slice(2);
const warnings: string[] = [];
const memory = openMemory(layoutFor({ database }), (message) => warnings.push(message));
for (let time = 0; time < 300; time += 1) {
  memory.change((before) => ({ ...before, succeeded: { ...before.succeeded, [task]: new Date(time).toISOString() } }));
}
console.log(JSON.stringify(warnings));
