/** What the quick and the long tests of this subject share. */
import assert from 'node:assert/strict';
import type { Result } from '../harness/drydock.ts';
import { sqlRevision } from '../harness/files.ts';

export const forged = 'drydock: All is well.';

/** Of one line, as the header of a SQL file is. */
export const oneLine = '\u001b[2J\u0007\u007f\u009b31m\u202eevil\u2066\u200f\u061c\u2028\u2029';

export const nasty = `${oneLine}\n${forged}\n\t`;

export const ordinary = 'naïve 表 👩‍👩‍👧 e\u0301';

export const quoted = `"${nasty}${ordinary}"`;

export const acts = /(?!\r?\n|\t)[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

export function assertSafe({ stdout, stderr }: Pick<Result, 'stdout' | 'stderr'>, what: string): void {
  for (const text of [stdout, stderr]) {
    const found = acts.exec(text);
    const around = found === null ? null : text.slice(Math.max(0, found.index - 60), found.index + 20);
    assert.equal(around, null, what);
    // A report has the statements as they stand in their files.
    if (!what.startsWith('report')) assert.doesNotMatch(text, /^drydock: All is well/m, what);
  }
}

export const module = (id: string, revises: string, up: string) => `export const revision = '${id}';
export const revises = '${revises}';
export const message = '${oneLine.replace(/[\u2028\u2029]/g, '')}\\n${forged}';
export function upgrade(op) { ${up} }
export function downgrade(op) {}
`;

export const database = `
  CREATE TABLE alembic_version (version_num TEXT NOT NULL); INSERT INTO alembic_version VALUES ('001');
  CREATE TABLE ${quoted} (id INTEGER PRIMARY KEY, ${quoted} TEXT);
  INSERT INTO ${quoted} VALUES (1, 'x'), (2, 'y');`;

export const revisions = {
  '001.sql': sqlRevision('001', undefined, database.split('\n').slice(2).join('\n')),
  [`002${oneLine}.sql`]: sqlRevision(
    '002',
    '001',
    `CREATE TABLE ${quoted.replace('evil', 'second')} (id INTEGER);\nCREATE TRIGGER ${quoted.replace('evil', 't')} AFTER INSERT ON alembic_version BEGIN SELECT 1; END;`,
    `DROP TABLE ${quoted.replace('evil', 'second')};`,
    `-- message: ${oneLine}`,
  ),
  '003.ts': module(
    '003',
    '002',
    `op.execute(${JSON.stringify(`ALTER TABLE ${quoted} ADD COLUMN ${quoted.replace('evil', 'added')} TEXT`)});`,
  ),
};

export const config = `statistics:
  - name: ${JSON.stringify(nasty)}
    sql: ${JSON.stringify(`SELECT '${nasty}'`)}
`;
