/**
 * `npm run torture`: attacks the published command where `npm test` has samples. `npm run torture -- crash --scene upgrade
 * --mode wal` runs a part of it. What was run takes its place in results.json and in the tables of docs/reliability.md.
 */

import { parseArgs } from 'node:util';
import { plural } from '../src/format.ts';
import { type Outcome, sentenceOf } from './attack-each.ts';
import { keepResult } from './results.ts';
import { allTasks, type Task } from './tasks.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scene: { type: 'string' },
    mode: { type: 'string' },
    attack: { type: 'string' },
    seed: { type: 'string' },
  },
});

const all = allTasks(Number(values.seed ?? 1));
const tasks = all.filter(
  ({ kind, attack, scene, mode }) =>
    (positionals.length === 0 || positionals.includes(kind)) &&
    [values.scene ?? scene].includes(scene) &&
    [values.mode ?? mode].includes(mode) &&
    attack.includes(values.attack ?? ''),
);
if (tasks.length === 0) throw new Error('nothing is called that');
const queue = tasks.entries();
/** A run waits for its disk and its children most of the time. */
const atOnce = 2;

async function work(): Promise<void> {
  for (const [index, task] of queue) {
    const started = performance.now();
    const name = `${index + 1}/${tasks.length} ${task.kind}: ${task.attack}, ${task.scene} (${task.mode})`;
    const outcome = await outcomeOf(task, name);
    const seconds = Math.round((performance.now() - started) / 1000);
    // Other seeds than the first are looked into where somebody asks for them; the tables are of those that all have.
    if (values.seed === undefined) keepResult(all, { ...task, ...outcome, seconds });
    process.stdout.write(
      `${name}: ${plural(outcome.attempts, 'attempt')}, ${plural(outcome.findings.length, 'finding')}, ${seconds} s\n`,
    );
    for (const { at, what } of outcome.findings) process.stdout.write(`  at ${at}: ${what}\n`);
    if (outcome.findings.length > 0) process.exitCode = 1;
  }
}

async function outcomeOf(task: Task, name: string): Promise<Outcome> {
  let told = performance.now();
  try {
    return await task.run((done, of) => {
      if (performance.now() - told < 30_000) return;
      told = performance.now();
      process.stderr.write(`${name}: ${done} of about ${of}\n`);
    });
  } catch (error) {
    return { attempts: 0, findings: [{ at: 0, what: sentenceOf(error) }] };
  }
}

await Promise.all(Array.from({ length: atOnce }, work));
