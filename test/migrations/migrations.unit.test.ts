import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Database from 'better-sqlite3';
import type { Dump } from '../operations/database.ts';
import { column, dump } from '../operations/database.ts';
import { after, apply, bundled, fresh, production, upTo } from './bundled.ts';

const stampedAt = '002_weighted_sentiment';
const indexesOf001 = ['idx_comments_platform', 'idx_comments_post_id', 'idx_comments_timestamp'];

/** What the production file lacks and 004 mends for good, so that a way down leaves it there. */
function withoutIndexesOf001({ schema, rows }: Dump): Dump {
  const kept = Object.entries(schema).filter(([key]) => !indexesOf001.some((name) => key.startsWith(`index ${name} `)));
  return { schema: Object.fromEntries(kept), rows };
}

/** Columns and indexes without their order: what a fresh file and the production file have in common. */
function outline(db: Database.Database): unknown {
  return {
    columns: db
      .prepare(
        "SELECT m.name AS t, x.name, x.type, x.[notnull], x.dflt_value, x.pk FROM sqlite_schema m, pragma_table_xinfo(m.name) x WHERE m.name <> 'alembic_version' ORDER BY 1, 2",
      )
      .all(),
    indexes: column(db, "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"),
  };
}

function assertSound(db: Database.Database): void {
  assert.deepEqual(column(db, 'PRAGMA integrity_check'), ['ok']);
  assert.deepEqual(column(db, 'PRAGMA foreign_key_check'), []);
}

test('the bundled revisions are one line in the order of their names', () => {
  const parents = bundled.map(({ revises }) => revises);
  assert.deepEqual(parents, [[], ...bundled.slice(0, -1).map(({ id }) => [id])]);
  for (const { message, transaction } of bundled) assert.ok(message !== '' && transaction);
});

test('a way down that drops a table says so', () => {
  const dropping = bundled.filter(({ expect }) => expect.up.length + expect.down.length > 0);
  assert.deepEqual(
    dropping.map(({ id, expect }) => [id, expect.up, expect.down]),
    [
      ['001_initial', [], [{ table: 'comments', rows: 'dropped' }]],
      ['007_entity_tracking', [], [{ table: 'entity_tracking', rows: 'dropped' }]],
    ],
  );
});

for (const revision of bundled) {
  test(`${revision.id} up and down again on a fresh database gives back every character and value`, async () => {
    const db = await fresh(revision.revises[0]);
    const before = dump(db);
    await apply(db, revision, 'up');
    assert.notDeepEqual(dump(db), before);
    assertSound(db);
    await apply(db, revision, 'down');
    assert.deepEqual(dump(db), before);
    assertSound(db);
  });
}

for (const revision of after(stampedAt)) {
  test(`${revision.id} up and down again on the production file gives back every character and value`, async () => {
    const db = production();
    for (const earlier of upTo(revision.revises[0] ?? '').slice(2)) await apply(db, earlier, 'up');
    const before = dump(db);
    await apply(db, revision, 'up');
    await apply(db, revision, 'down');
    const afterwards = dump(db);
    assert.deepEqual(revision.id === '004_indexes' ? withoutIndexesOf001(afterwards) : afterwards, before);
    assertSound(db);
  });
}

test('the production file goes to the head and back, and keeps all of what it had', async () => {
  const db = production();
  const before = dump(db);
  for (const revision of after(stampedAt)) await apply(db, revision, 'up');
  assert.deepEqual(column(db, 'SELECT count(*) FROM comments'), [609]);
  assertSound(db);
  for (const revision of after(stampedAt).toReversed()) await apply(db, revision, 'down');
  assert.deepEqual(withoutIndexesOf001(dump(db)), before);
});

test('the production file goes down to nothing and up again', async () => {
  const db = production();
  const likes = column(db, 'SELECT comment_likes FROM comments ORDER BY comment_id');
  const [second, first] = upTo(stampedAt).toReversed();
  assert.ok(second !== undefined && first !== undefined);
  await apply(db, second, 'down');
  await apply(db, second, 'up');
  assert.deepEqual(column(db, 'SELECT comment_likes FROM comments ORDER BY comment_id'), likes);
  assert.ok(column(db, 'SELECT count(post_caption) FROM comments')[0] !== 0);
  await apply(db, second, 'down');
  await apply(db, first, 'down');
  assert.deepEqual(Object.keys(dump(db).rows), ['alembic_version']);
  for (const revision of bundled) await apply(db, revision, 'up');
});

test('a fresh database and the production file have the same columns and indexes at the head', async () => {
  const db = production();
  for (const revision of after(stampedAt)) await apply(db, revision, 'up');
  assert.deepEqual(outline(await fresh('007_entity_tracking')), outline(db));
});

test('002 fills the likes, and adds post_caption only where it is missing', async () => {
  const db = await fresh('001_initial');
  db.exec('ALTER TABLE comments DROP COLUMN post_caption');
  const [, second] = bundled;
  assert.ok(second !== undefined);
  await apply(db, second, 'up');
  assert.deepEqual(column(db, "SELECT name FROM pragma_table_info('comments')").slice(-3), [
    'comment_likes',
    'weighted_sentiment',
    'post_caption',
  ]);
  assert.deepEqual(column(db, 'SELECT comment_likes FROM comments ORDER BY comment_id'), [null, 0]);
});

test('at every revision, an INSERT of the ingester of today goes through', async () => {
  const insert = "INSERT INTO comments (comment_id, platform, timestamp, likes) VALUES ('new', 'instagram', '2025', 1)";
  for (const { id } of bundled) (await fresh(id)).exec(insert);
  const db = await fresh('007_entity_tracking');
  db.exec(insert);
  assert.deepEqual(column(db, 'SELECT DISTINCT ingest_source FROM comments ORDER BY 1'), ['ingester', 'legacy']);
});
