/** Revisions that fail, each in its own way, and the one way in which each of them is looked at. */
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type JournalMode, sqlRevision } from '../harness/files.ts';
import {
  assertFailed,
  assertSnapshotKept,
  assertUntouched,
  base,
  contentOf,
  execute,
  lineOf,
  moduleRevision,
  type Part,
  partOf,
  scene,
  snapshotIn,
} from '../harness/scene.ts';

interface Failing {
  readonly what: string;
  readonly file: '002_bad.sql' | '002_bad.ts';
  readonly text: string;
  readonly code: number;
  /** A part of the line of the file that the error is to name; none where only the file can be known. */
  readonly line?: string;
  readonly says?: RegExp;
  /** A schema that the database has on top. */
  readonly extra?: string;
  /** False where not even the file can be known. */
  readonly place?: boolean;
  readonly args?: readonly string[];
  /** True where the run fails before it comes to a snapshot. */
  readonly early?: boolean;
  /** Part of `npm test`; the others are tried in either mode by the rest. */
  readonly quick?: boolean;
}

const sql = (up: string) => ({ file: '002_bad.sql' as const, text: sqlRevision('002_bad', '001_base', up) });
const module = (upgrade: string, top = '') => ({
  file: '002_bad.ts' as const,
  text: moduleRevision('002_bad', '001_base', upgrade, { top }),
});

/** Changes that must not be seen afterwards, before what fails. */
const work = `CREATE TABLE fresh (id INTEGER PRIMARY KEY);\nUPDATE parent SET name = name || '!';`;
const opWork = `op.execute("UPDATE parent SET name = name || '!'");`;

const rollbackTrigger = `CREATE TRIGGER bomb BEFORE UPDATE OF note ON child BEGIN SELECT RAISE(ROLLBACK, 'no notes'); END;`;
const rollbackTable = `CREATE TABLE strict_one (id INTEGER PRIMARY KEY ON CONFLICT ROLLBACK); INSERT INTO strict_one VALUES (1);`;
const endless = `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n`;

/** Every way to end the transaction in words, which none may be run. */
const escapes = [
  'COMMIT',
  'END',
  'COMMIT; BEGIN',
  'ROLLBACK',
  'ROLLBACK; BEGIN',
  'RELEASE drydock_guard',
  'SAVEPOINT mine',
];

const cases: readonly Failing[] = [
  {
    what: 'whose third statement fails',
    quick: true,
    ...sql(`${work}\nINSERT INTO nowhere VALUES (1);\nDELETE FROM child;`),
    code: 20,
    line: 'nowhere',
    says: /no such table: nowhere/,
  },
  {
    what: 'whose UNIQUE fails',
    ...sql(`${work}\nUPDATE parent SET name = 'x';`),
    code: 20,
    line: "'x'",
    says: /UNIQUE/,
  },
  ...escapes.map((words) => ({
    quick: words === 'COMMIT',
    what: `whose op.execute says ${words}`,
    ...module(`${opWork}\nop.execute('${words}');\nop.execute('DELETE FROM child');`),
    code: 20,
    line: `'${words}'`,
    says: new RegExp(`${words.split(/\W/)[0]} is not allowed in a revision`),
  })),
  {
    what: 'whose op.select says COMMIT',
    ...module(`${opWork}\nop.select('COMMIT');`),
    code: 20,
    line: "'COMMIT'",
  },
  {
    what: 'that catches the refusal of a COMMIT and then throws',
    ...module(`${opWork}\ntry { op.execute('COMMIT') } catch {}\nthrow new Error('on purpose');`),
    code: 20,
    line: 'on purpose',
    says: /on purpose/,
  },
  {
    what: 'with INSERT OR ROLLBACK',
    quick: true,
    ...sql(`${work}\nINSERT OR ROLLBACK INTO parent VALUES (1, 'again');\nDELETE FROM child;`),
    code: 20,
    line: 'OR ROLLBACK',
    says: /transaction was ended by this: /,
  },
  {
    what: 'whose table has ON CONFLICT ROLLBACK',
    ...sql(`${work}\nINSERT INTO strict_one VALUES (1);\nDELETE FROM child;`),
    extra: rollbackTable,
    code: 20,
    line: 'INTO strict_one',
    says: /transaction was ended by this: /,
  },
  {
    what: 'whose trigger does RAISE(ROLLBACK)',
    ...sql(`${work}\nUPDATE child SET note = 'x' WHERE id = 7;\nDELETE FROM child;`),
    extra: rollbackTrigger,
    code: 20,
    line: 'SET note',
    says: /transaction was ended by this: /,
  },
  {
    what: 'that catches the ROLLBACK of a trigger and goes on with one statement',
    quick: true,
    ...module(`${opWork}
      try { op.execute("UPDATE child SET note = 'x' WHERE id = 7") } catch {}
      try { op.execute('DELETE FROM child') } catch {}`),
    extra: rollbackTrigger,
    code: 20,
    says: /ended Drydock's transaction/,
  },
  {
    what: 'that catches the ROLLBACK of a trigger and goes on with an operation',
    ...module(`${opWork}
      try { op.execute("UPDATE child SET note = 'x' WHERE id = 7") } catch {}
      try { op.alterColumn('parent', 'name', { type: 'TEXT' }) } catch {}`),
    extra: rollbackTrigger,
    code: 20,
    says: /ended Drydock's transaction/,
  },
  {
    what: 'that throws',
    quick: true,
    ...module(`${opWork}\nop.execute('DELETE FROM child');\nthrow new Error('changed my\\nmind');`),
    code: 20,
    line: 'changed my',
    says: /changed my mind/,
  },
  { what: 'that throws no error', ...module(`${opWork}\nthrow 'a string';`), code: 20, says: /a string/ },
  {
    what: 'that rejects later',
    ...module(`${opWork}\nawait null;\nthrow new Error('later');`),
    code: 20,
    says: /later/,
  },
  {
    what: 'that breaks off inside an operation',
    quick: true,
    ...module(`${opWork}\nop.alterColumn('child', 'note', { type: 'INTEGER' });`),
    extra: "UPDATE child SET note = '007' WHERE id = 3;",
    code: 20,
    line: 'alterColumn',
    says: /would change/,
  },
  {
    what: 'that leaves work behind for after its end',
    quick: true,
    ...module(`${opWork}\nsetImmediate(() => op.execute('DELETE FROM child'));`),
    code: 20,
    says: /had already returned when it ran: DELETE FROM child/,
  },
  {
    what: 'that calls process.exit(0) in upgrade()',
    quick: true,
    ...module(`${opWork}\nprocess.exit(0);`),
    code: 20,
    says: /exit code 0.*process\.exit/,
  },
  {
    what: 'that leaves a timer behind that throws',
    ...module(`${opWork}\nsetImmediate(() => { throw new Error('too late') });`),
    code: 20,
    place: false,
    says: /too late/,
  },
  {
    what: 'that calls process.exit(0) when it is loaded',
    ...module(opWork, 'process.exit(0);'),
    // What is found sound before the revisions run is not found yet.
    code: 2,
    early: true,
    says: /ended while it loaded.*process\.exit/,
  },
  {
    what: 'that kills its process',
    quick: true,
    ...module(`${opWork}\nprocess.kill(process.pid, 'SIGKILL');`),
    code: 20,
    says: /SIGKILL/,
  },
  {
    what: 'that never ends in SQL',
    quick: true,
    ...sql(`${work}\n${endless};`),
    args: ['--deadline', '2s'],
    code: 23,
    says: /deadline/,
  },
  {
    what: 'that never ends in TypeScript',
    quick: true,
    ...module(`${opWork}\nwhile (true);`),
    args: ['--deadline', '2s'],
    code: 23,
    says: /deadline/,
  },
  {
    what: 'whose promise never settles',
    ...module(`${opWork}\nawait new Promise(() => {});`),
    args: ['--deadline', '2s'],
    code: 23,
    says: /deadline/,
  },
  {
    what: 'that never ends when it is loaded',
    ...module(opWork, 'while (true);'),
    args: ['--deadline', '2s'],
    code: 23,
    early: true,
    says: /deadline/,
  },
];

/** A test for each, in the modes that belong to this part of the suite; see {@link partOf}. */
export function failingRevisions(part: Part): void {
  for (const [index, it] of cases.entries()) {
    for (const mode of partOf(it.quick ?? false, part, index)) {
      test(`all or nothing: a revision ${it.what} (${mode})`, (t) => assertFails(t, mode, it));
    }
  }
}

/** Statements that no revision may have. */
export function refusedWhenRead(part: Part): void {
  const refused = [...escapes, 'BEGIN', 'PRAGMA writable_schema = ON', "ATTACH 'other.db' AS other", 'VACUUM'];
  for (const words of refused) {
    if (['COMMIT', 'VACUUM'].includes(words) !== (part === 'default')) continue;
    test(`all or nothing: a .sql revision with ${words} is refused when it is read`, async (t) => {
      const text = sqlRevision('002_bad', '001_base', `${work}\n${words};`);
      const it = scene(t, { mode: 'wal', files: { ...base, '002_bad.sql': text } });
      const before = contentOf(it);

      const result = await it.run(['upgrade']);

      assertFailed(result, 2, `${join(it.migrations, '002_bad.sql')}:${lineOf(text, words)}`);
      assertUntouched(it, before);
    });
  }
}

async function assertFails(t: TestContext, mode: JournalMode, failing: Failing): Promise<void> {
  const { file, text, code, line, says, extra = '', args = [], early = false, place = true } = failing;
  const it = scene(t, { mode, files: { ...base, [file]: text }, config: 'snapshots: { keep: 1 }\n' });
  execute(it.database, extra);
  const before = contentOf(it);

  const result = await it.run(['upgrade', ...args]);

  const path = join(it.migrations, file);
  const where = line === undefined ? path : `${path}:${lineOf(text, line)}`;
  const named = code === 20 && place ? [where, '002_bad'] : [];
  assertFailed(result, code, ...named, ...(says === undefined ? [] : [says]));
  assertUntouched(it, before);
  // A deadline may come before the snapshot is proven.
  const taken = code === 23 ? snapshotIn(result) !== undefined : !early;
  if (taken) assertSnapshotKept(it, result, before);
}
