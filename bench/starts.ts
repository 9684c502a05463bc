/** A question about the revisions, asked of few and of many. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess } from './processes.ts';

/** What a question about the graph costs, by the number of revisions: none of them is run for it. */
export interface GraphTimes {
  readonly few: readonly number[];
  readonly many: readonly number[];
}

export const revisionCounts = { few: 2, many: 200 };

/** @param folder Is made for it, and removed. */
export async function timeGraphs(drydock: string, folder: string, rounds: number): Promise<GraphTimes> {
  const argumentsFor = (count: number) => {
    const project = join(folder, String(count));
    mkdirSync(join(project, 'migrations'), { recursive: true });
    for (let number = 1; number <= count; number += 1) {
      const name = `r${String(number).padStart(4, '0')}`;
      const before = number === 1 ? '' : `-- revises: r${String(number - 1).padStart(4, '0')}\n`;
      writeFileSync(
        join(project, 'migrations', `${name}.sql`),
        `-- revision: ${name}\n${before}-- migrate:up\nCREATE TABLE ${name} (id INTEGER PRIMARY KEY, body TEXT);\n-- migrate:down\nDROP TABLE ${name};\n`,
      );
    }
    const database = join(project, 'app.db');
    writeFileSync(database, '');
    return [drydock, 'current', '--database', database, '--migrations', join(project, 'migrations')];
  };
  const [fewArguments, manyArguments] = [argumentsFor(revisionCounts.few), argumentsFor(revisionCounts.many)];
  const few: number[] = [];
  const many: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    few.push((await runProcess(process.execPath, fewArguments)).milliseconds);
    many.push((await runProcess(process.execPath, manyArguments)).milliseconds);
  }
  rmSync(folder, { recursive: true });
  return { few, many };
}
