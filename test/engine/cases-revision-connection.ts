/** What one revision leaves in the connection is not there for the next: one run is what a run for each would be. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { drydock } from '../harness/drydock.ts';
import { dump } from '../harness/dump.ts';
import { createDatabase, journalModes, revisionFolder, sqlRevision, testFolder } from '../harness/files.ts';
import type { Part } from '../harness/scene.ts';

export const tables = `
  CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT);
  INSERT INTO a VALUES (1, 'Ada'), (2, 'ada');
  CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a (id) ON DELETE CASCADE);
  INSERT INTO b VALUES (1, 1), (2, 2);
  CREATE TABLE log (name TEXT);
  CREATE VIEW names AS SELECT name FROM a;
`;

const pairs: Readonly<Record<string, readonly [left: string, met: string]>> = {
  legacy_alter_table: [
    'PRAGMA legacy_alter_table = ON;',
    '-- expect: rows a dropped\nALTER TABLE a RENAME TO accounts;',
  ],
  case_sensitive_like: [
    'PRAGMA case_sensitive_like = ON;',
    "INSERT INTO log SELECT name FROM a WHERE name LIKE 'ADA';",
  ],
  recursive_triggers: [
    'PRAGMA recursive_triggers = ON;\nCREATE TRIGGER again AFTER INSERT ON log WHEN length(new.name) < 5 BEGIN INSERT INTO log VALUES (new.name || new.name); END;',
    "INSERT INTO log VALUES ('x');",
  ],
  query_only: ['PRAGMA query_only = ON;', "INSERT INTO log VALUES ('x');"],
  'a temporary table': ['CREATE TEMP TABLE a AS SELECT * FROM main.a;', "UPDATE a SET name = 'changed';"],
  'a temporary view': ['CREATE TEMP VIEW log AS SELECT 1;', "INSERT INTO log VALUES ('x');"],
  'a temporary trigger': [
    'CREATE TEMP TRIGGER grow AFTER UPDATE ON a BEGIN INSERT INTO main.log VALUES (new.name); END;',
    "UPDATE a SET name = 'changed';",
  ],
};

/** Some by default, the others in the rest. */
export function leftOverTests(part: Part): void {
  for (const mode of journalModes) {
    for (const [name, [left, met]] of Object.entries(pairs)) {
      if (['legacy_alter_table', 'a temporary table'].includes(name) !== (part === 'default')) continue;
      test(`all or nothing: what a revision leaves of itself is gone before the next: ${name} (${mode})`, async (t) => {
        const folder = testFolder(t);
        const migrations = revisionFolder(folder, {
          '001.sql': sqlRevision('001', undefined, left),
          '002.sql': sqlRevision('002', '001', met),
        });
        const [together, apart] = ['together', 'apart'].map((name) => {
          mkdirSync(join(folder, name));
          return join(folder, name, 'app.db');
        }) as [string, string];
        createDatabase(together, mode, tables);
        cpSync(together, apart);
        for (const [database, to] of [
          [together, 'head'],
          [apart, '001'],
          [apart, 'head'],
        ] as const) {
          const ended = await drydock([
            'upgrade',
            to,
            '--from-base',
            '--database',
            database,
            '--migrations',
            migrations,
          ]);
          assert.equal(ended.code, 0, ended.stderr);
        }
        assert.equal(dump(together), dump(apart));
      });
    }
  }
}
