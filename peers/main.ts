/**
 * `npm run peers`: seven things that happen to a migration in production, and what Drydock and its peers make of each.
 * Writes docs/peers.md and the README's table. `npm run peers -- --only knex --trials 3` prints a part and writes nothing.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { behaviours, type Seen } from './behaviours.ts';
import { type Row, writeTables } from './report.ts';
import { tools } from './tools.ts';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '9' },
    only: { type: 'string' },
    directory: { type: 'string', default: fileURLToPath(new URL('../data/peers', import.meta.url)) },
  },
});
const trials = Number(values.trials);
const chosen = tools.filter(({ name }) => values.only === undefined || values.only.split(',').includes(name));
if (chosen.length === 0) throw new Error(`--only takes some of: ${tools.map(({ name }) => name).join(',')}`);

const rows: Row[] = [];
for (const tool of chosen) {
  const seen: Seen[] = [];
  for (const { title, short, observe } of behaviours) {
    const cell = await observe({
      tool,
      folder: join(values.directory, tool.name, short.replaceAll(/\W+/g, '-')),
      trials,
    });
    seen.push(cell);
    process.stdout.write(`${tool.name}  ${title}: ${cell.passed ? 'passed' : 'FAILED'}: ${cell.text}\n`);
  }
  rows.push({ tool, seen });
}
rmSync(values.directory, { recursive: true });
if (values.only === undefined) writeTables(rows, trials);
