/** `revision --autogenerate`: what it writes, applied, leaves nothing for it to write. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { project } from '../harness/project.ts';
import { column, first, type Written } from './helpers-autogenerate.ts';

test('a schema that is stored with CRLF is written as any other, and .ts keeps a carriage return inside quotes', async (t) => {
  const lines = `CREATE TABLE cr (\r\n\tid INTEGER PRIMARY KEY, -- the\rkey\r\n\tb TEXT\r\n);
    CREATE VIEW v AS SELECT\r\n b /* all\r\n of them */ FROM cr;
    CREATE TRIGGER t AFTER INSERT ON cr BEGIN\r\n UPDATE cr SET b = 1;\r\nEND;`;
  const quoted = `${lines} CREATE TABLE notes (a TEXT DEFAULT 'one\r\ntwo');`;
  const it = project(t, {}, '');
  for (const [schema, form, id] of [
    [lines, 'sql', 'a1'],
    [quoted, 'ts', 'b1'],
  ] as const) {
    const wanted = new Database(join(it.root, `${form}.db`));
    wanted.exec(schema);
    wanted.close();
    const autogenerate = ['revision', '--autogenerate', '-m', 'x', '--schema', `${form}.db`, '--rev-id', id];
    if (form === 'ts')
      assert.match(await it.fails(2, ...autogenerate, '--sql'), /a carriage return inside quotes.*--ts/);
    assert.match((await it.json<Written>(...autogenerate)).revision?.path ?? '', new RegExp(`${id}_x\\.${form}$`));
    await it.text('upgrade');
    await it.text('check', '--schema', `${form}.db`);
  }
  await it.text('downgrade', 'base', '--yes');
});

test('the desired schema may be made by a command, and one that cannot be read is one clear line', async (t) => {
  const it = project(t, first);
  const config = (lines: string) =>
    writeFileSync(
      join(it.root, 'config/drydock.yaml'),
      `database: ../data/app.db\nmigrations: ../migrations\n${lines}\n`,
    );
  const script = `const { DatabaseSync } = require('node:sqlite');
    console.log('made');
    new DatabaseSync(process.env.DRYDOCK_SCHEMA_DATABASE).exec(${JSON.stringify(column('score', 'REAL'))});`;
  writeFileSync(join(it.root, 'create.cjs'), script);
  config(`schema_command: '"${process.execPath}" create.cjs'`);
  const autogenerate = ['revision', '--autogenerate', '-m', 'x', '--separate', 'comments.likes=score'];
  const { changes } = await it.json<Written>(...autogenerate);
  assert.deepEqual(changes.toSorted(), [
    'column comments.likes is there and should not be',
    'column comments.score is missing',
  ]);

  const refused: [lines: string, schema: string | undefined, error: RegExp][] = [
    ['schema_command: exit 7', undefined, /schema_command "exit 7" ended with exit code 7/],
    ["schema_command: 'true'", undefined, /succeeded, but created no database/],
    ['schema: ../none.sql\nschema_command: x', undefined, /schema_command is set together with schema/],
    ['schema: ../none.sql', undefined, /none\.sql cannot be read: ENOENT/],
    ['', undefined, /No desired schema is named/],
    [
      '',
      'CREATE TABLE t (a); CREAT TABLE u (b);',
      /schema\.sql cannot be run: near "CREAT": syntax error, in: CREAT TABLE u \(b\)/,
    ],
    ['', "ATTACH 'other.db' AS other;", /schema\.sql:1: ATTACH is not allowed in a schema/],
    ['', '', /is empty/],
  ];
  for (const [lines, schema, error] of refused) {
    config(lines);
    const flag = schema === undefined ? [] : ['--schema', 'schema.sql'];
    if (schema !== undefined) writeFileSync(join(it.root, 'schema.sql'), schema);
    assert.match(await it.fails(2, ...autogenerate, ...flag), error);
  }
  assert.equal(existsSync(join(it.root, 'other.db')), false);
  assert.equal(existsSync(it.database), false, 'the database was not needed');
});
