/** What the quick and the long tests of this subject share. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layoutFor } from '../../src/files/layout.ts';
import type { RunRecord } from '../../src/records/run-record.ts';
import { listRunRecords } from '../../src/records/store.ts';
import { sqlRevision } from '../harness/files.ts';
import type { Project } from '../harness/project.ts';

export const people = `CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
  INSERT INTO people (name) VALUES ('Ada'), ('Emmy');`;

export const a1 = sqlRevision(
  'a1',
  undefined,
  'CREATE TABLE notes (n INTEGER);\nINSERT INTO notes VALUES (1);',
  '-- expect: rows notes dropped\nDROP TABLE notes;',
);

export const a2 = `export const revision = 'a2';
export const revises = 'a1';
export function upgrade(op) {
  for (let n = 0; n < 1000; n += 1) op.execute('INSERT INTO notes VALUES (?)', n);
  op.addColumn('people', { name: 'age', type: 'INTEGER' });
}
export function downgrade(op) {
  op.dropColumn('people', 'age');
}
`;

export function recordsOf({ database }: Project): readonly RunRecord[] {
  const { runs, damaged } = listRunRecords(layoutFor({ database }), 100);
  assert.deepEqual(damaged, []);
  return runs;
}

export function latest(it: Project): RunRecord {
  const [record] = recordsOf(it);
  assert.ok(record !== undefined, 'there is a record');
  return record;
}

/** The environment of a process whose clock is off by what this code gives, in milliseconds. */
export function withClock({ root }: Project, offBy: string): { readonly NODE_OPTIONS: string } {
  const preload = join(root, 'clock.cjs');
  writeFileSync(
    preload,
    `const real = Date;
     const now = () => real.now() + (${offBy});
     globalThis.Date = class extends real {
       constructor(...given) { super(...(given.length === 0 ? [now()] : given)); }
       static now() { return now(); }
     };`,
  );
  return { NODE_OPTIONS: `--require ${preload}` };
}
