/** A question about the revisions, asked of few and of many. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess } from './processes.ts';
import { writeProject } from './project.ts';

/** What a question about the graph costs, by the number of revisions: none of them is run for it. */
export interface GraphTimes {
  readonly few: readonly number[];
  readonly many: readonly number[];
}

export const revisionCounts = { few: 2, many: 200 };

/** @param folder Is made for it, and removed. */
export async function timeGraphs(drydock: string, folder: string, rounds: number): Promise<GraphTimes> {
  const argumentsFor = (count: number) => {
    const sql = (number: number) => `CREATE TABLE t${number} (id INTEGER PRIMARY KEY, body TEXT);`;
    const { flags } = writeProject(join(folder, String(count)), count, sql);
    return [drydock, 'current', ...flags];
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
