/** Databases that are not whole, at every verb; and databases beside which a writer lives and dies, which are. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { findMisfit } from '../../src/files/companions.ts';
import { dump, dumpWithVersion, integrity } from '../harness/dump.ts';
import { bothJournalModes, createDatabase, type JournalMode, journalModes, testFolder } from '../harness/files.ts';
import { itemsSql, listed, type Place, place } from '../harness/place.ts';
import { assertRefusal, assertSilentRefusal } from '../harness/refusal.ts';
import type { Part } from '../harness/scene.ts';
import { otherProcess } from '../harness/writer.ts';
import { copyOf, filesOf, insertRows, leaveHotJournal, leaveWal, losses } from './helpers-companions.ts';

const verbs: readonly (readonly string[])[] = [
  ['current'],
  ['history', '--indicate-current'],
  ['verify'],
  ['stats'],
  ['check'],
  ['plan'],
  ['rehearse'],
  ['upgrade'],
  ['upgrade', '--json'],
  ['downgrade', 'base', '--yes'],
  ['stamp', '001_items'],
  ['ensure-version'],
  ['snapshot', 'create'],
  ['snapshot', 'prune'],
  ['upgrade', '--sql'],
];

/** Each verb looks in one place of these: before it reads, before a run, before a script. */
const someVerbs = verbs.filter(([name = '']) => ['current', 'upgrade', 'snapshot'].includes(name));

export interface Left {
  readonly here: Place;
  /** A copy of the main file as it was beside its companion. */
  readonly rightFile: string;
}

/** The companion needs pages that the main file has. */
export async function left(t: TestContext, mode: JournalMode): Promise<Left> {
  const here = place(t, { mode });
  if (mode === 'wal') await leaveWal(here.database);
  else await leaveHotJournal(here.database, 'UPDATE items SET price = price + 1 WHERE id < 500');
  const rightFile = join(testFolder(t), 'right.db');
  copyFileSync(here.database, rightFile);
  return { here, rightFile };
}

export const suffixOf = { wal: '-wal', delete: '-journal' } as const;

/** Each loss in one of the modes at a few verbs by default; in the rest the other mode, and one loss at every verb. */
export function misfitTests(part: Part): void {
  for (const mode of bothJournalModes) {
    for (const [index, loss] of (['emptied', 'gone', 'cut short'] as const).entries()) {
      const quick = bothJournalModes[index % 2] === mode ? someVerbs : [];
      const all = loss === 'emptied' ? verbs : someVerbs;
      const tried = part === 'default' ? quick : all.filter((verb) => !quick.includes(verb));
      if (tried.length === 0) continue;
      test(`no lost write: a database that is ${loss} beside its ${suffixOf[mode]} is refused by ${part === 'default' ? 'some verbs' : 'every verb'}, and both stay (${mode})`, async (t) => {
        const { here } = await left(t, mode);
        losses[loss](here.database);
        const before = filesOf(here.database);
        for (const verb of tried) {
          const refused = await here.run(verb);
          const assertIt = verb.includes('--json') ? assertRefusal : assertSilentRefusal;
          assertIt(refused, 13, new RegExp(`app\\.db${suffixOf[mode]}`), /Nothing was changed/i, /copy what is here/);
          assert.doesNotMatch(refused.error, /touch/);
          assert.deepEqual(filesOf(here.database), before, verb.join(' '));
        }
      });
    }
  }
}

/** What SQLite makes of the three files, in a copy. */
function contentOf(database: string, folder: string): string {
  const copy = copyOf(database, folder);
  try {
    return integrity(copy) === 'ok' ? dump(copy) : 'damaged';
  } catch (error) {
    return String(error);
  }
}

const cases: readonly {
  readonly mode: JournalMode;
  readonly pageSize: number;
  readonly sql: string;
  readonly set: string;
}[] = [
  ...[512, 4096, 65_536].flatMap((pageSize) => [
    { mode: 'wal' as const, pageSize, sql: insertRows, set: 'synchronous = FULL' },
    { mode: 'wal' as const, pageSize, sql: "UPDATE items SET name = 'x' WHERE id > 1500", set: 'synchronous = OFF' },
    { mode: 'delete' as const, pageSize, sql: 'UPDATE bulk SET n = 1 WHERE n < 700', set: 'synchronous = FULL' },
    { mode: 'delete' as const, pageSize, sql: 'UPDATE bulk SET n = 1 WHERE n > 700', set: 'synchronous = OFF' },
  ]),
  { mode: 'delete', pageSize: 4096, sql: 'UPDATE bulk SET n = 1 WHERE n > 500', set: 'journal_mode = PERSIST' },
  { mode: 'delete', pageSize: 4096, sql: 'UPDATE bulk SET n = 1 WHERE n > 500', set: 'journal_mode = TRUNCATE' },
];

/** The usual page size by default, the least and the greatest in the rest. */
export function lengthTests(part: Part): void {
  const tried = cases.filter(
    ({ mode, pageSize }) => (pageSize === 4096) === (part === 'default') && bothJournalModes.includes(mode),
  );
  for (const { mode, pageSize, sql, set } of tried) {
    test(`no lost write: at each length of the main file the look knows what SQLite can read (${mode}, ${pageSize}, ${set}, ${sql.split('\n', 1)[0]})`, async (t) => {
      const folder = testFolder(t);
      const database = join(folder, 'app.db');
      createDatabase(database, 'delete', `PRAGMA page_size = ${pageSize}; ${itemsSql} ${bulkSql}`);
      const connection = new Database(database);
      connection.pragma(`journal_mode = ${mode}`);
      connection.close();
      await leave(database, mode, sql, set);
      assert.equal(findMisfit(database), undefined, 'as the writer left it');
      const sound = contentOf(database, join(folder, 'sound'));
      const pages = Math.ceil(statSync(database).size / pageSize);
      const bytes = readFileSync(database);
      let refused = 0;
      for (const length of new Set(Array.from({ length: 20 }, (_, part) => Math.ceil((pages * part) / 20)))) {
        writeFileSync(database, bytes.subarray(0, length * pageSize));
        const misfit = findMisfit(database);
        const content = contentOf(database, join(folder, 'cut'));
        if (misfit !== undefined) refused += 1;
        if (length > 0) assert.equal(misfit === undefined, content === sound, `${length} of ${pages} pages`);
        else assert.ok(misfit !== undefined, 'an empty file');
      }
      assert.ok(refused > 0);
    });
  }
}

const bulkSql = `CREATE TABLE bulk AS
  WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 1500) SELECT n, hex(randomblob(200)) AS text FROM n;`;

async function leave(database: string, mode: JournalMode, sql: string, set: string): Promise<void> {
  const writer = await otherProcess(database, 5000);
  await writer.run(`PRAGMA ${set}`);
  await writer.run(mode === 'wal' ? 'PRAGMA wal_autocheckpoint = 0' : 'PRAGMA cache_size = 1');
  await writer.run('BEGIN IMMEDIATE');
  await writer.run(sql);
  if (mode === 'wal') await writer.run('COMMIT');
  await writer.end();
}

/** Kills at random moments, with a look beside the living writer until then: what is sound is never refused. */
export function wildWriterTests(kills: number): void {
  for (const mode of bothJournalModes) {
    test(`honest exit: no database at which a writer works, or died at any moment, is taken for one that is not whole (${mode})`, async (t) => {
      const folder = testFolder(t);
      let [looks, beside] = [0, 0];
      for (let kill = 1; kill <= kills; kill += 1) {
        const pageSize = [512, 4096, 65_536][kill % 3] ?? 4096;
        const database = join(folder, `${pageSize}.db`);
        const writer = fork(wildWriter, [database, String(pageSize), mode], { execArgv: [] });
        await once(writer, 'message');
        const end = performance.now() + Math.random() * 400;
        while (performance.now() < end) {
          assert.equal(findMisfit(database), undefined, 'beside a writer');
          looks += 1;
          if (looks % 20 === 0) await setTimeout(1);
        }
        writer.kill('SIGKILL');
        await once(writer, 'exit');
        if (Object.keys(filesOf(database)).length > 1) beside += 1;
        assert.equal(findMisfit(database), undefined, `after kill ${kill} (${JSON.stringify(filesOf(database))})`);
        assert.equal(integrity(copyOf(database, join(folder, 'copy'))), 'ok');
      }
      assert.ok(beside > kills / 4, `only ${beside} of ${kills} kills left a companion`);
      assert.ok(looks > kills);
    });
  }
}

const wildWriter = fileURLToPath(new URL('../harness/wild-writer.ts', import.meta.url));

/** Some by default, the others in the rest. */
export function lossTests(part: Part): void {
  for (const mode of journalModes) {
    for (const loss of ['emptied', 'gone', 'cut short'] as const) {
      if ((loss === 'emptied') !== (part === 'default')) continue;
      test(`honest exit: doctor finds a database that is ${loss} beside its ${suffixOf[mode]}, and advises nothing that would lose it (${mode})`, async (t) => {
        const { here } = await left(t, mode);
        losses[loss](here.database);
        const before = filesOf(here.database);
        const found = await here.run(['doctor', '--json']);
        assert.equal(found.code, 13, found.stderr);
        const { findings } = found.json<{ findings: { level: string; message: string; next: string | null }[] }>();
        const problems = findings.filter(({ level }) => level === 'problem');
        assert.equal(problems.length, 1, found.stdout);
        assert.match(problems[0]?.message ?? '', new RegExp(`app\\.db${suffixOf[mode]}`));
        for (const { next } of findings)
          assert.doesNotMatch(next ?? '', /drydock upgrade|Start the application|touch|checkpoint|any other command/);
        assert.deepEqual(filesOf(here.database), before);
      });

      test(`a proven way back: of a database that is ${loss} beside its ${suffixOf[mode]} a restore keeps all that is left (${mode})`, async (t) => {
        const { here } = await left(t, mode);
        const created = await here.run(['snapshot', 'create']);
        assert.equal(created.code, 0, created.stderr);
        const [snapshot] = await listed(here);
        const taken = dumpWithVersion(here.database);
        if (mode === 'wal') await leaveWal(here.database);
        else await leaveHotJournal(here.database, 'UPDATE items SET price = price + 1 WHERE id < 500');
        losses[loss](here.database);
        const lost = filesOf(here.database);

        const refused = await here.run(['upgrade']);
        assertRefusal(refused, 13, /`drydock snapshot list`, then `drydock snapshot restore <id>`\)/);
        const restored = await here.run(['snapshot', 'restore', snapshot?.id ?? '', '--json']);
        assert.equal(restored.code, 0, restored.stderr);
        assert.equal(dumpWithVersion(here.database), taken);
        assert.equal(integrity(here.database), 'ok');
        const { kept } = restored.json<{ kept: string }>();
        assert.deepEqual(filesOf(join(kept, basename(here.database))), lost);
        assert.equal((await here.run(['upgrade'])).code, 0);
      });
    }
  }
}
