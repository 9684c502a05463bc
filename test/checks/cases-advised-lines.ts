/** The line that a failed check advises is what makes the same revision pass, in SQL and in a module, up and down. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sqlRevision } from '../harness/files.ts';
import { place } from '../harness/place.ts';
import type { Part } from '../harness/scene.ts';

const schema = `
  CREATE TABLE parent (id INTEGER PRIMARY KEY);
  CREATE TABLE child (id INTEGER PRIMARY KEY, "the parent" INTEGER REFERENCES parent (id));
  CREATE TABLE "old.table's" (id INTEGER PRIMARY KEY);
  CREATE TABLE apart (id INTEGER PRIMARY KEY);
  INSERT INTO parent VALUES (1), (2), (3);
  INSERT INTO child VALUES (1, 1), (2, 2), (3, 3);
  INSERT INTO "old.table's" VALUES (1), (2), (3);
  INSERT INTO apart VALUES (1), (2), (3);
  CREATE VIEW "all children" AS SELECT id FROM child;
`;

const losses: Readonly<Record<string, string>> = {
  'rows that are deleted': 'DELETE FROM child WHERE id = 1',
  'a dropped table with a name to quote': 'DROP TABLE "old.table\'s"',
  'values that become NULL': 'UPDATE child SET "the parent" = NULL WHERE id > 1',
  'a view that is broken': 'DROP VIEW "all children"; CREATE VIEW "all children" AS SELECT missing FROM child',
  'two tables that lose rows': 'DELETE FROM child WHERE id = 1; DELETE FROM apart WHERE id > 1',
  'a table, rows and values': `DROP TABLE "old.table's"; UPDATE child SET "the parent" = NULL; DELETE FROM apart`,
};

/** What makes more than one check fail. */
const several = ['two tables that lose rows', 'a table, rows and values'];

const lines = /`(-- expect: [^`]+|export const expect = [^`]+)`/g;

type Format = 'sql' | 'ts';
type Direction = 'up' | 'down';

function text(format: Format, direction: Direction, sql: string): string {
  const [up, down] = direction === 'up' ? [sql, ''] : ['', sql];
  if (format === 'sql') return sqlRevision('b', 'a', `${up};`, `${down};`);
  const body = (statements: string) =>
    statements.split('; ').flatMap((each) => (each === '' ? [] : [`op.execute(${JSON.stringify(each)});`]));
  return [
    "export const revision = 'b'; export const revises = 'a';",
    `export function upgrade(op) { ${body(up).join(' ')} }`,
    `export function downgrade(op) { ${body(down).join(' ')} }`,
    '',
  ].join('\n');
}

export function advisedLineTests(part: Part): void {
  const cases = Object.entries(losses).flatMap(([what, sql]) =>
    (['sql', 'ts'] as const).flatMap((format) => (['up', 'down'] as const).map((way) => ({ what, sql, format, way }))),
  );
  // A module takes one `expect`, and each failed check advises one of its own.
  const pasted = cases.filter(({ what, format }) => format === 'sql' || !several.includes(what));
  for (const [index, { what, sql, format, way }] of pasted.entries()) {
    if ((index % 9 === 1) !== (part === 'default')) continue;
    test(`advice can be followed: the line for ${what}, ${way} in .${format}`, async (t) => {
      const file = `b.${format}`;
      const here = place(t, {
        sql: `${schema}; CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL); INSERT INTO alembic_version VALUES ('${way === 'up' ? 'a' : 'b'}')`,
        revisions: { 'a.sql': sqlRevision('a', undefined, schema, ''), [file]: text(format, way, sql) },
      });
      const args = way === 'up' ? ['upgrade'] : ['downgrade', 'a', '--yes'];
      const failed = await here.run(args);
      assert.equal(failed.code, 21, failed.stderr);
      const advised = [...failed.error.matchAll(lines)].map(([, line = '']) => line);
      assert.ok(advised.length > 0, failed.error);
      const path = join(here.migrations, file);
      const before = readFileSync(path, 'utf8');
      const announced = advised.join('\n');
      writeFileSync(
        path,
        format === 'ts'
          ? `${before}${announced}\n`
          : before.replace(`-- migrate:${way}\n`, `-- migrate:${way}\n${announced}\n`),
      );
      const passed = await here.run(args);
      assert.equal(passed.code, 0, `${announced}: ${passed.error}`);
    });
  }
}
