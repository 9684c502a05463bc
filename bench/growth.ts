/** How the time of a run grows with the size of the database, the number of revisions, and the number of tables. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { runProcess } from './processes.ts';
import { writeProject } from './project.ts';

export const axes = ['size', 'revisions', 'tables'] as const;
export type Axis = (typeof axes)[number];

export interface GrowthFigures {
  readonly axis: Axis;
  /** What was run. */
  readonly line: string;
  /** Megabytes, revisions or tables. */
  readonly x: number;
  /** Milliseconds, one for each round. */
  readonly times: readonly number[];
}

/** @param folder Is made for it, and removed. */
export async function timeRevisions(drydock: string, folder: string, count: number, rounds: number) {
  const aTable = (number: number) => `CREATE TABLE t${number} (id INTEGER PRIMARY KEY, body TEXT);`;
  const aRow = (number: number) =>
    `${number === 1 ? 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);\n' : ''}INSERT INTO notes VALUES (${number}, 'note');`;
  const times = { tables: [] as number[], rows: [] as number[], nothing: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const tables = [drydock, 'upgrade', ...writeProject(folder, count, aTable).flags];
    times.tables.push((await runProcess(process.execPath, tables)).milliseconds);
    times.nothing.push((await runProcess(process.execPath, tables)).milliseconds);
    const rows = [drydock, 'upgrade', ...writeProject(folder, count, aRow).flags];
    times.rows.push((await runProcess(process.execPath, rows)).milliseconds);
  }
  rmSync(folder, { recursive: true });
  return growth('revisions', count, {
    'all pending, each makes a table': times.tables,
    'all pending, each adds a row': times.rows,
    'nothing pending': times.nothing,
  });
}

/** @param folder Is made for it, and removed. */
export async function timeTables(drydock: string, folder: string, count: number, rounds: number) {
  const times = { add: [] as number[], rebuild: [] as number[], nothing: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const { flags, database } = writeProject(folder, 1, () => 'ALTER TABLE t1 ADD COLUMN likes INTEGER;');
    makeTables(database, count);
    const upgrade = [drydock, 'upgrade', ...flags];
    times.add.push((await runProcess(process.execPath, [...upgrade, '--from-base'])).milliseconds);
    times.nothing.push((await runProcess(process.execPath, upgrade)).milliseconds);
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    writeFileSync(join(folder, 'migrations', 'rebuild.ts'), rebuildRevision);
    times.rebuild.push((await runProcess(process.execPath, upgrade)).milliseconds);
  }
  rmSync(folder, { recursive: true });
  return growth('tables', count, {
    'add a column to one': times.add,
    'rebuild one': times.rebuild,
    'nothing pending': times.nothing,
  });
}

const rebuildRevision = `export const revision = 'rebuild';
export const revises = 'r0001';
export function upgrade(op) {
  op.alterColumn('t1', 'parent', { type: 'BIGINT' });
}
export function downgrade() {}
`;

/** Each with an index, a foreign key to the one before, and ten rows. */
function makeTables(path: string, count: number): void {
  const db = new Database(path);
  try {
    db.transaction(() => {
      for (let number = 1; number <= count; number += 1) {
        const parent = Math.max(1, number - 1);
        db.exec(`CREATE TABLE t${number} (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES t${parent}, body TEXT);
CREATE INDEX t${number}_body ON t${number} (body);
WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 10) INSERT INTO t${number} SELECT id, id, 'note ' || id FROM n;`);
      }
    })();
  } finally {
    db.close();
  }
}

function growth(axis: Axis, x: number, lines: Readonly<Record<string, readonly number[]>>): GrowthFigures[] {
  return Object.entries(lines).map(([line, times]) => ({ axis, line, x, times }));
}
