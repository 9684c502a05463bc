/** The commands that messages hand out, those that are not in advice.test.ts, and the ones in the text of pages. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { document } from '../docs/markdown.ts';
import { commandsIn, paste } from '../harness/advice.ts';
import { itemsSql, place } from '../harness/place.ts';
import { adviceTests } from './cases-advice.ts';

adviceTests('rest');

const version =
  "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL); INSERT INTO alembic_version VALUES ('a1b2')";
for (const [page, sql, wanted] of [
  ['README.md', `${itemsSql}; ${version}`, /--rev-id ID/],
  ['README.md', itemsSql, /-m "as it is"|stamp head/],
  ['docs/schema.md', itemsSql, /-m "as it is"|stamp head/],
  ['docs/from-alembic.md', itemsSql, /-m "as it is"|stamp head --database/],
] as const) {
  test(`advice can be followed: how ${page} adopts a database, ${wanted.source}`, async (t) => {
    const here = place(t, { sql, revisions: {} });
    for (const folder of ['config', 'migrations']) rmSync(join(here.root, folder), { recursive: true });
    const text = document(page).text.replaceAll(/\n(?=\S)/g, ' ');
    const commands = commandsIn(text).filter((command) => wanted.test(command));
    assert.ok(commands.length > 0);
    for (const command of ['mkdir migrations', ...commands, 'drydock upgrade --database data/app.db']) {
      const asHere = command.replace(' ID ', ' a1b2 ').replaceAll(/ app\.db/g, ' data/app.db');
      const { code, stderr } = await paste(here.root, asHere);
      assert.equal(code, 0, `${asHere}: ${stderr}`);
    }
  });
}
