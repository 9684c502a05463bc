/**
 * Mutants: one line of what keeps a promise is taken out at a time, in a copy of the project, and the tests that guard
 * it must fail. A mutant that survives is a finding: a test is missing, or the line is not needed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../src/errors.ts';
import { projectRoot } from '../test/harness/files.ts';
import { must } from './broken.ts';

interface Change {
  readonly file: string;
  /** Stands once in the file. */
  readonly line: string;
  readonly becomes: string;
}

export interface Mutant extends Change {
  readonly name: string;
  /** Where the same is seen to twice, both must go. */
  readonly also?: Change;
  /** Those that must not all pass. */
  readonly tests: readonly string[];
}

const powerCuts = ['test/run/power-cut.test.ts', 'test/run/power-cut.long.test.ts'];
const kills = ['test/run/kill-upgrade.test.ts', 'test/run/kill-restore.test.ts', 'test/run/kill-damage.test.ts'];
const revisionsFail = ['test/run/revision-fails.test.ts', 'test/checks/revision-checks.test.ts'];
const snapshotTests = [
  'test/snapshots/damaged.long.test.ts',
  'test/snapshots/restored.long.test.ts',
  'test/snapshots/keeping.long.test.ts',
];

export const mutants: readonly Mutant[] = [
  {
    name: 'the snapshot is not forced to the disk',
    file: 'src/run/take-snapshot.ts',
    line: '    fsyncFile(path);\n    fsyncDirectory(layout.snapshots);\n',
    becomes: '',
    also: {
      file: 'src/files/durable.ts',
      line: '  fsyncFile(from);\n  // The directory first: what was unlinked beside the file (a rollback journal) must be gone before the name appears.\n  fsyncDirectory(dirname(from));\n  renameSync(from, to);\n  fsyncDirectory(dirname(to));\n',
      becomes: '  renameSync(from, to);\n',
    },
    tests: powerCuts,
  },
  {
    name: 'no folder is forced to the disk',
    file: 'src/files/durable.ts',
    line: 'export function fsyncDirectory(path: string): void {\n  fsyncFile(path);',
    becomes: 'export function fsyncDirectory(_path: string): void {',
    tests: powerCuts,
  },
  {
    name: 'the commit is not forced to the disk to its end',
    file: 'src/engine/live-file.ts',
    line: "connection.pragma('synchronous = EXTRA');",
    becomes: "connection.pragma('synchronous = OFF');",
    tests: powerCuts,
  },
  {
    name: 'the lock between runners is not looked at before the commit',
    file: 'src/run/commit.ts',
    line: '  locks.assertHeld();\n',
    becomes: '',
    tests: ['test/lock/lock-together.test.ts', 'test/lock/held.long.test.ts', 'test/lock/directory.long.test.ts'],
  },
  {
    name: 'the lock between runners is shared',
    file: 'src/lock/runner-lock.ts',
    line: "'BEGIN EXCLUSIVE'",
    becomes: "'BEGIN'",
    tests: ['test/lock/lock-together.test.ts', 'test/lock/held.long.test.ts', 'test/lock/directory.long.test.ts'],
  },
  {
    name: 'the write lock is taken only with the first write',
    file: 'src/engine/session.ts',
    line: "requireLive().connection.exec('BEGIN IMMEDIATE'));",
    becomes: "requireLive().connection.exec('BEGIN'));",
    tests: ['test/lock/writer-holds.test.ts', 'test/lock/writer-never-loses.long.test.ts'],
  },
  {
    name: 'foreign keys are enforced in a rebuild',
    file: 'src/engine/live-file.ts',
    line: "    connection.pragma('foreign_keys = OFF');\n    invariant(connection.pragma('foreign_keys', { simple: true }) === 0, 'foreign_keys did not go off');\n",
    becomes: '',
    tests: revisionsFail,
  },
  {
    name: 'a failed check is passed over',
    file: 'src/run/check.ts',
    line: 'if (failed.length > 0) ',
    becomes: 'if (failed.length > 1_000) ',
    tests: revisionsFail,
  },
  {
    name: 'the commit does not wait for the snapshot to be proven',
    file: 'src/run/take-snapshot.ts',
    line: "  if (proven.status === 'rejected') throw proven.reason;\n",
    becomes: "  if (proven.status === 'rejected' && worked.status === 'rejected') throw proven.reason;\n",
    tests: ['test/run/damage-before.long.test.ts', 'test/run/kill-upgrade.test.ts', 'test/run/disk-full.test.ts'],
  },
  {
    name: 'damage in the snapshot is passed over',
    file: 'src/run/take-snapshot.ts',
    line: '  const [problem] = inspection.measurement.integrity;\n  if (problem !== undefined) {',
    becomes: '  const [problem] = inspection.measurement.integrity;\n  if (problem === inspection.sqliteVersion) {',
    tests: ['test/run/damage-before.long.test.ts', 'test/run/kill-damage.test.ts'],
  },
  {
    name: 'the verification after the commit is passed over',
    file: 'src/engine/session.ts',
    line: 'return { problems: damage, current: damage.length > 0 ? [] : readApplied(appliedPort(fresh)).current };',
    becomes: 'return { problems: damage.slice(1_000), current: readApplied(appliedPort(fresh)).current };',
    tests: ['test/run/kill-damage.test.ts', 'test/run/kill-matrix.long.test.ts'],
  },
  {
    name: 'a restore after the commit does not ask whether others have written',
    file: 'src/run/verify.ts',
    line: '        if (othersWrote) return null;\n',
    becomes: '        if (othersWrote === undefined) throw new Error();\n',
    tests: ['test/run/kill-damage.test.ts', 'test/run/kill-matrix.long.test.ts'],
  },
  {
    name: 'nobody is seen to have written',
    file: 'src/engine/live-file.ts',
    line: 'othersWroteSince: (fence) => dataVersion() !== fence.dataVersion,',
    becomes: 'othersWroteSince: (fence) => dataVersion() === -1 && fence.dataVersion === -1,',
    tests: [
      'test/run/kill-damage.test.ts',
      'test/lock/writer-never-loses.long.test.ts',
      'test/run/kill-matrix.long.test.ts',
      'test/lock/beside-writer.long.test.ts',
    ],
  },
  {
    name: 'a rollback is believed',
    file: 'src/run/rollback.ts',
    line: 'if (!isSame && !othersWrote) ',
    becomes: 'if (!isSame && othersWrote === undefined) ',
    tests: ['test/run/rollback-compared.test.ts', 'test/run/kill-damage.test.ts'],
  },
  {
    name: 'a snapshot is put back without being proven: its hash',
    file: 'src/run/prove-snapshot.ts',
    line: 'if (sha256 === manifest.sha256 && bytes === manifest.bytes) return;',
    becomes: 'if (sha256 !== manifest.sha256 || bytes >= 0) return;',
    tests: snapshotTests,
  },
  {
    name: 'the run is not announced before it commits',
    file: 'src/run/commit.ts',
    line: "const announced = writeJournal(context, { ...begun, phase: 'committing', snapshot: snapshot.manifest.id });",
    becomes: "const announced: RunJournal = { ...begun, phase: 'committing', snapshot: snapshot.manifest.id };",
    tests: [...kills, 'test/run/kill-matrix.long.test.ts'],
  },
  {
    name: 'the start that finds nothing pending does not look for an unfinished run',
    file: 'src/run/fast-path.ts',
    line: 'if (mayBeThere(layout.runJournal) || isBeingWritten(layout)) return undefined;',
    becomes: '',
    also: {
      file: 'src/run/fast-path.ts',
      line: 'isNothing(plan) && !mayBeThere(layout.runJournal) ?',
      becomes: 'isNothing(plan) && !isBeingWritten(layout) ?',
    },
    tests: [...kills, 'test/run/kill-matrix.long.test.ts'],
  },
  {
    name: 'an engine lives on without its supervisor',
    file: 'src/engine/parent-watchdog.ts',
    line: 'if (process.ppid !== workerData) process.kill',
    becomes: 'if (process.ppid === -1) process.kill',
    tests: [...kills, 'test/run/kill-matrix.long.test.ts'],
  },
  {
    name: 'a backup that copied nothing counts as one',
    file: 'src/engine/backup.ts',
    line: '  if (totalPages === 0) throw busy();\n  invariant(remainingPages === 0 && totalPages === expected',
    becomes: '  invariant(remainingPages >= 0 && totalPages <= expected',
    tests: [
      'test/lock/writer-holds.test.ts',
      'test/lock/writer-never-loses.long.test.ts',
      'test/lock/beside-writer.long.test.ts',
      'test/snapshots/restored.long.test.ts',
    ],
  },
  {
    name: 'a statement that ended the transaction is passed over',
    file: 'src/engine/guarded-port.ts',
    line: "  if (mode !== 'transaction' || connection.inTransaction) return;",
    becomes: "  if (mode !== 'transaction' || connection.inTransaction || connection.open) return;",
    tests: revisionsFail,
  },
  {
    name: 'retention takes the way back of the run that asks',
    file: 'src/snapshots/retention.ts',
    line: 'manifest.id === newestSound || protectedIds.has(manifest.id)',
    becomes: "manifest.id === '' && protectedIds.has(newestSound ?? '')",
    tests: ['test/snapshots/keeping.long.test.ts', ...kills],
  },
  {
    name: 'the journal of a finished restore stays',
    file: 'src/run/verify.ts',
    line: '  removeJournal(context);\n  throw kept',
    becomes: '  throw kept',
    tests: ['test/run/kill-damage.test.ts', 'test/run/kill-matrix.long.test.ts'],
  },
  {
    name: 'space is not asked for',
    file: 'src/run/preflight.ts',
    line: 'if (problem !== undefined) throw problem;\n  return estimate;',
    becomes: "if (problem?.code === 'FAULT') throw problem;\n  return estimate;",
    tests: ['test/run/disk-full.test.ts', 'test/doctor/*.test.ts'],
  },
  {
    name: 'what the threads of a proof find is let pass',
    file: 'src/snapshots/tables-in-parallel.ts',
    line: " && found.every((one) => one === 'nothing')",
    becomes: ' && found.length > 0',
    tests: ['test/snapshots/tables-in-parallel.test.ts'],
  },
  {
    name: 'a new version of SQLite is trusted at once',
    file: 'src/run/check.ts',
    line: 'versions.at(-1) !== held.sqliteVersion',
    becomes: "versions.at(-1) === ''",
    tests: ['test/run/untouched.test.ts'],
  },
  ...writtenSetMutants(),
];

/** Each rule of docs/decisions/0011-the-written-set.md. */
function writtenSetMutants(): Mutant[] {
  const tests = [
    'test/engine/written-set.unit.test.ts',
    'test/engine/random-programs.unit.test.ts',
    'test/engine/changed-tables.unit.test.ts',
    'test/checks/judge.unit.test.ts',
  ];
  const one = (file: string, name: string, line: string, becomes: string): Mutant => ({
    name: `what a run wrote: ${name}`,
    file: `src/${file}`,
    line,
    becomes,
    tests,
  });
  const program = 'checks/program.ts';
  const set = 'engine/written-set.ts';
  const after = 'checks/measure-after.ts';
  return [
    one(
      program,
      'rows that are all deleted do not count',
      "      case 'Clear':\n        writeRoot(p2, p1);\n",
      "      case 'Clear':\n",
    ),
    one(
      program,
      'a dropped table does not count',
      "      case 'Destroy':\n        writeRoot(p3, p1);\n",
      "      case 'Destroy':\n",
    ),
    one(
      program,
      'the number of a register is taken for a page',
      '        if ((p5 & rootInRegister) === 0) writeRoot(p3, p2);\n',
      '        writeRoot(p3, p2);\n',
    ),
    one(
      program,
      'a temporary table is taken for one of the same page',
      '    if (database === mainDatabase) roots.add(root);\n',
      '    roots.add(root);\n',
    ),
    one(
      set,
      'rows of a renamed table are not followed',
      'tablesBefore ??= tablesIn(connection);',
      'tablesBefore = undefined;',
    ),
    one(program, 'virtual tables do not count', '        virtual = true;\n', ''),
    one(
      program,
      'an unknown opcode is let pass',
      '        if (!harmless.has(opcode)) every',
      "        if (opcode === '') every",
    ),
    one(
      set,
      'a program is kept when the schema changes',
      '  const forget = () => {\n    programs = new Map();\n',
      '  const forget = () => {\n',
    ),
    one(
      set,
      'root pages are kept when the schema changes',
      '    programs = new Map();\n    roots = undefined;\n',
      '    programs = new Map();\n',
    ),
    one(set, 'a statement is followed once for all revisions', '    followed = new Set();\n', ''),
    one(
      set,
      'a program is kept for the next revision',
      '      // The connection is reset between two steps.\n      forget();\n',
      '',
    ),
    one(
      set,
      'shadow tables do not count',
      '    for (const table of [...virtual, ...shadows]) add(table);\n',
      '    for (const table of virtual) add(table);\n',
    ),
    one(
      set,
      'the virtual table of a shadow table does not count',
      '      if (shadows.some((table) => tables.has(foldName(table)))) {\n',
      '      if (shadows.length < 0) {\n',
    ),
    one(
      set,
      'unknown modules are let pass',
      '    if (unknown !== undefined) noteEvery(',
      "    if (unknown === '') noteEvery(",
    ),
    one(
      set,
      'what only the schema shows does not count',
      '      for (const table of changed.tables) tables.set(foldName(table), table);\n',
      '',
    ),
    one(
      set,
      'auto_vacuum is let pass',
      "    connection.pragma('auto_vacuum', { simple: true }) === 0\n",
      "    connection.pragma('auto_vacuum', { simple: true }) !== -1\n",
    ),
    one(
      after,
      'the structure is not checked',
      '  if (structure.damage.length > 0) return { written, children: [], measurement: damaged(structure.damage) };\n',
      '',
    ),
    one(
      after,
      'written tables are not checked',
      '    if (damage.length > 0) return { written, children: [], measurement: damaged(damage) };\n',
      '',
    ),
    one(
      after,
      'tables that refer to a written one are not checked',
      '    if (isWritten(String(parent))) referring.add(String(child));\n',
      '    if (referring.has(String(parent))) referring.add(String(child));\n',
    ),
    one(
      'checks/integrity.ts',
      'a hundred findings decide',
      'return told >= maxProblems || brokeOff ?',
      'return brokeOff ?',
    ),
    one('checks/statistics-to-read.ts', 'a changed view is let pass', ' || views.length > 0) return', ') return'),
    one(
      'checks/statistics-to-read.ts',
      'what cannot be followed is carried over',
      'reads === undefined || ',
      'reads !== undefined && ',
    ),
    one(
      'engine/guarded-port.ts',
      'what seems to read only is not looked at',
      "'EXPLAIN' || (readonly &&",
      "'EXPLAIN' || readonly || (readonly &&",
    ),
    one(
      'files/journal-records.ts',
      'a journal ends with its first segment',
      'undefined : next(offset)?.records;',
      'undefined;',
    ),
    one(
      'checks/judge.ts',
      'changed pages are let pass',
      '    .filter((table) => !keys.has(foldName(table)))\n',
      '    .filter(() => false)\n',
    ),
  ];
}

/** @throws {Broken} where every test passes all the same. */
export async function tryMutant({ name, tests, also, ...change }: Mutant): Promise<void> {
  const folder = mkdtempSync(join(process.env['TORTURE_FOLDER'] ?? tmpdir(), 'drydock-mutant-'));
  try {
    for (const part of [
      'src',
      'test',
      'migrations',
      'config',
      'ops',
      'docs',
      'package.json',
      'tsconfig.json',
      'entrypoint.sh',
    ])
      cpSync(join(projectRoot, part), join(folder, part), { recursive: true });
    symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
    for (const one of also === undefined ? [change] : [change, also]) make(folder, one);
    must(!(await pass(folder, tests)), `${name}: every test passes all the same`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function make(folder: string, { file, line, becomes }: Change): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(line).length !== 2) throw new Error(`'${line}' of a mutant does not stand once in ${file}`);
  writeFileSync(
    path,
    text.replace(line, () => becomes),
  );
}

/** Whether all of them pass; the rest is not run after the first file that fails. */
async function pass(folder: string, tests: readonly string[]): Promise<boolean> {
  const env = { ...process.env, CI: 'true' };
  for (const test of tests) {
    const args = ['--test', '--test-force-exit', '--test-timeout=300000', test];
    // A group of its own: a test that fails may leave runs behind that wait to be told to go on.
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: 'ignore', detached: true });
    const [code] = await once(child, 'close');
    endGroup(child.pid);
    if (code !== 0) return false;
  }
  return true;
}

function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // Nobody was left.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
