import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadGraph } from '../../src/revisions/load-graph.ts';
import { schemaOf } from '../../src/schema/read-schema.ts';
import { replay, schemaAfter } from '../../src/shadow/replay.ts';
import { bundledMigrations, revisionFolder, sqlRevision, testFolder } from '../harness/files.ts';
import { alone } from '../harness/in-memory.ts';

test('the bundled revisions replayed up and down again leave an empty schema, and say what each one ran', async () => {
  const up = loadGraph(bundledMigrations).revisions.map((revision) => ({ revision, direction: 'up' as const }));
  const down = up.map(({ revision }) => ({ revision, direction: 'down' as const })).reverse();
  const { schemas, steps } = await replay({ steps: [...up, ...down] }, alone);
  const names = schemas.map((schema) =>
    schemaOf(schema)
      .tables.map(({ name }) => name)
      .join(),
  );
  assert.deepEqual([names.length, names[0], names[7], names.at(-1)], [15, '', 'comments,entity_tracking', '']);
  const [first, , , , fifth] = steps;
  assert.match(first?.statements[0]?.sql ?? '', /CREATE TABLE comments/);
  assert.deepEqual(
    fifth?.notes.map(({ operation, table, method }) => [operation, table, method]),
    [
      ['addColumn', 'comments', 'in place'],
      ['alterColumn', 'comments', 'in place'],
    ],
  );
});

test('a replay begins with the schema that it is given, and one that fails for want of rows says so', async (t) => {
  const migrations = revisionFolder(testFolder(t), {
    'a.sql': sqlRevision('a', undefined, 'CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t;'),
    'b.ts': `export const revision = 'b'; export const revises = 'a';
      export function upgrade(op) { if (op.selectValue('SELECT count(*) FROM v') === 0) throw new Error('no rows'); }
      export function downgrade(op) { op.dropTable('t'); }`,
  });
  const [first, second] = loadGraph(migrations).revisions;
  assert.ok(first !== undefined && second !== undefined);
  const { schemas } = await replay({ steps: [{ revision: first, direction: 'up' }] }, alone);
  const [, from] = schemas;
  assert.ok(from !== undefined);
  await assert.rejects(replay({ from, steps: [{ revision: second, direction: 'up' }] }, alone), {
    code: 'REVISION_FAILED',
    message: /b\.ts.*no rows \(replayed in memory, on a database without rows\)\. No database was touched/,
  });
});

test('a replay that lacks what an empty body stands for does not say that the revision is wrong', async (t) => {
  const migrations = revisionFolder(testFolder(t), {
    'a.sql': sqlRevision('a', undefined, ''),
    'b.sql': sqlRevision('b', 'a', 'ALTER TABLE account ADD COLUMN mail TEXT;'),
  });
  const steps = loadGraph(migrations).revisions.map((revision) => ({ revision, direction: 'up' as const }));
  const [first, second] = steps;
  assert.ok(first !== undefined && second !== undefined);
  await assert.rejects(replay({ steps }, alone), {
    code: 'REVISION_FAILED',
    message: /no such table: account .*left empty \(a\), write that into the body/,
  });
  await assert.rejects(replay({ steps: [second] }, alone), { next: 'Fix the revision and run again' });
  const from = await schemaAfter([first.revision], {}, alone);
  await assert.rejects(replay({ from, made: [first.revision], steps: [second] }, alone), {
    message: /left empty \(a\)/,
  });
});
