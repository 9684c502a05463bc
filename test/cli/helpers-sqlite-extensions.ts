/** A project whose schema needs what its application registers: in TypeScript, and in C. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { projectRoot, sqlRevision } from '../harness/files.ts';
import { type Project, project } from '../harness/project.ts';

export const functions = `import type { SqliteRegistry } from 'sqlite-drydock';
export default function register(db: SqliteRegistry): void {
  console.log('a module may print');
  db.function('title_sort', { deterministic: true }, (name: string) => name.replace(/^the /i, ''));
  db.function('long_enough', { deterministic: true }, (name: string) => (name.length > 1 ? 1 : 0));
  db.function('kind_of', { deterministic: true, varargs: true }, (...all: unknown[]) => Buffer.isBuffer(all[0]) ? 'blob' : typeof all[0]);
  db.aggregate('joined', { start: () => [] as string[], step: (all: string[], one: string) => void all.push(one), result: (all: string[]) => all.join('-') });
  db.table('series', { columns: ['value'], parameters: ['most'], *rows(most: number) { for (let n = 1; n <= most; n += 1) yield [n]; } });
  db.table('split', (text) => ({ columns: ['part'], *rows() { for (const part of text.split('-')) yield [part]; } }));
}
`;

export const up = `
  CREATE TABLE books (id INTEGER PRIMARY KEY, name TEXT CHECK (long_enough(name)), size INT,
    sorted TEXT AS (title_sort(name)) STORED, seen TEXT AS (title_sort(name)));
  CREATE TABLE log (line TEXT);
  CREATE INDEX by_title ON books (title_sort(name));
  CREATE VIRTUAL TABLE parts USING split(a-b-c);
  CREATE VIEW all_names AS SELECT joined(name) AS names FROM books;
  CREATE VIEW numbered AS SELECT n.value, p.part FROM series(3) AS n, parts AS p;
  CREATE TRIGGER logged AFTER INSERT ON books BEGIN INSERT INTO log VALUES (title_sort(NEW.name)); END;
  INSERT INTO books (name, size) VALUES ('The Sea', 9007199254740993), ('Emma', 2);`;
export const down = 'DROP VIEW numbered; DROP VIEW all_names; DROP TABLE parts; DROP TABLE books; DROP TABLE log;';

export const native = `#include "sqlite3ext.h"
#include <string.h>
SQLITE_EXTENSION_INIT1
static int backwards(void *unused, int n, const void *a, int m, const void *b) {
  int order = memcmp(b, a, n < m ? n : m);
  return order ? order : m - n;
}
static void thrice(sqlite3_context *context, int count, sqlite3_value **values) {
  sqlite3_result_int64(context, 3 * sqlite3_value_int64(values[0]));
}
int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  sqlite3_create_function(db, "thrice", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, 0, thrice, 0, 0);
  return sqlite3_create_collation(db, "LOCALIZED", SQLITE_UTF8, 0, backwards);
}
`;

/** @param paths What `sqlite_extensions` names. @param files Of the folder `sqlite`. @param revisions By id, up and down, one after the other. */
export function extended(
  t: TestContext,
  paths: readonly string[],
  files: Readonly<Record<string, string>>,
  revisions: Readonly<Record<string, readonly [up: string, down: string]>>,
): Project {
  const ids = Object.keys(revisions);
  const texts = Object.entries(revisions).map(([id, [upward, downward]], at) => [
    `${id}.sql`,
    sqlRevision(id, ids[at - 1], upward, downward),
  ]);
  const it = project(t, Object.fromEntries(texts), '');
  mkdirSync(join(it.root, 'sqlite'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(it.root, 'sqlite', name), text);
  appendFileSync(
    join(it.root, 'config/drydock.yaml'),
    `sqlite_extensions: [${paths.map((path) => `../sqlite/${path}`).join(', ')}]\n`,
  );
  return it;
}

export function compile(it: Project, name: string): void {
  const headers = join(projectRoot, 'node_modules/better-sqlite3/deps/sqlite3');
  const folder = join(it.root, 'sqlite');
  execFileSync('cc', ['-shared', '-fPIC', `-I${headers}`, '-o', `${name}.so`, `${name}.c`], { cwd: folder });
}
