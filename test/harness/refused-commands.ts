/** Tables of commands that must be refused, and the one way in which each of them is looked at. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { type Place, type PlaceOptions, place } from './place.ts';
import { assertJsonRefusal, assertSilentRefusal, folderState } from './refusal.ts';

export interface RefusalCase extends PlaceOptions {
  /** What is wrong, as the test's name says it. */
  readonly wrong: string;
  readonly code: number;
  readonly says: readonly RegExp[];
  /** The command; `upgrade` unless given. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Asked without `--json`: then stdout is empty. */
  readonly plain?: boolean;
  /** Makes what the options cannot. */
  readonly prepare?: (here: Place) => void | Promise<void>;
  /**
   * True where it can only be found out under the locks, or with the database open for writing: the folder of the locks
   * is made then, and nothing else.
   */
  readonly underLock?: boolean;
  /** What stood in that folder before. */
  readonly leaves?: readonly string[];
}

/** One test for each case: refused in one sentence, and no file or folder of the place is different after. */
export function refusals(cases: readonly RefusalCase[]): void {
  for (const it of cases) {
    test(`honest exit: ${it.wrong} is refused with ${it.code}, and nothing is touched`, async (t) => {
      const here = place(t, it);
      await it.prepare?.(here);
      await assertRefused(here, it);
    });
  }
}

async function assertRefused(
  here: Place,
  { args = ['upgrade'], env = {}, code, says, underLock = false, leaves = [], plain = false }: RefusalCase,
) {
  const before = stateOf(here);
  if (plain) assertSilentRefusal(await here.run(args, { env }), code, ...says);
  else assertJsonRefusal(await here.run([...args, '--json'], { env }), code, ...says);
  assert.equal(stateOf(here), before, 'the place is as it was');
  const locks = `${here.database}.drydock`;
  if (!underLock) assert.ok(!existsSync(locks), 'no lock was taken');
  else
    assert.deepEqual(
      readdirSync(locks)
        .filter((name) => name !== 'runs')
        .sort(),
      ['owner.json', ...leaves, 'runner.lock'].sort(),
      'nothing is left but the locks, and the record of a run that came so far',
    );
}

/** Without the lock files, which are looked at by name, the record of the run, and without the time of the two folders that they are made in. */
function stateOf({ root }: Place): string {
  return folderState(root)
    .split('\n')
    .filter((line) => !/^data\/app\.db\.drydock(\/owner\.json|\/runner\.lock|\/runs(\/\S+)?)? /.test(line))
    .map((line) => (line.startsWith('data ') ? 'data' : line))
    .join('\n');
}
