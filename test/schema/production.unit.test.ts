/** The schema of the production-shaped database, compared with what the bundled revisions make. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSchemas } from '../../src/schema/compare/compare.ts';
import { isMild } from '../../src/schema/compare/difference.ts';
import { apply, bundled, fresh, production } from '../migrations/bundled.ts';
import { schemaOn } from './database.ts';

test('a production database at 002 lacks the three indexes of 001, and its columns are in another order', async () => {
  const differences = compareSchemas(schemaOn(production()), schemaOn(await fresh('002_weighted_sentiment')));
  assert.deepEqual(
    differences.map(({ kind, table, name }) => [kind, table, name]),
    [
      ['order', 'comments', 'comments'],
      ['index', 'comments', 'idx_comments_platform'],
      ['index', 'comments', 'idx_comments_post_id'],
      ['index', 'comments', 'idx_comments_timestamp'],
    ],
  );
  assert.equal(differences[1]?.sentence, 'index idx_comments_platform on comments is missing');
  assert.match(differences[0]?.sentence ?? '', /another order: comment_id, .*post_caption instead of comment_id, /);
});

test('each bundled revision makes a difference, and undone it makes none', async () => {
  const db = await fresh(undefined);
  for (const revision of bundled) {
    const before = schemaOn(db);
    await apply(db, revision, 'up');
    const after = schemaOn(db);
    await apply(db, revision, 'down');
    const left = compareSchemas(before, schemaOn(db)).filter((difference) => !isMild(difference));
    assert.deepEqual(left, [], `${revision.id}, undone`);
    assert.notDeepEqual(compareSchemas(before, after), [], revision.id);
    await apply(db, revision, 'up');
  }
});
