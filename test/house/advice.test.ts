/** No message hands out a command that no test has run in the situation in which it is printed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildProgram } from '../../src/cli/program.ts';
import { covered } from '../cli/cases-advice.ts';
import { bareInSources, handedOutInSources } from '../harness/advice.ts';
import { projectRoot } from '../harness/files.ts';

/** What needs more than a place and a command: the test that makes the situation pastes the command. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  'test/cli/verify-damaged.test.ts': [
    'snapshots/way-back.ts: drydock snapshot restore …',
    'snapshots/way-back.ts: drydock snapshot list',
  ],
  'test/run/cases-kill-damage.ts': [
    'run/endings.ts: drydock snapshot restore …',
    'run/endings.ts: drydock snapshot restore …',
  ],
  'test/doctor/refusals.test.ts': ['run/preflight-checks.ts: drydock snapshot prune'],
  'test/daemon/daemon.long.test.ts': ['daemon/tasks.ts: drydock verify', 'daemon/tasks.ts: drydock snapshot list'],
};

/** These only look, and no test makes the situation: the last file call of a run fails, a rollback does not roll back. */
const notMade: readonly string[] = [
  'api/upgrade.ts: drydock current',
  'cli/verbs/run.ts: drydock current',
  'run/endings.ts: drydock verify',
  'run/endings.ts: drydock current',
  'daemon/daemon-state.ts: drydock verify',
  'daemon/status-page.ts: drydock snapshot list',
];

test('every command that a message hands out is run by a test, which pastes it as it was printed', () => {
  const run = [...covered, ...notMade, ...Object.values(elsewhere).flat()];
  assert.deepEqual(handedOutInSources().toSorted(), run.toSorted());
  for (const file of Object.keys(elsewhere)) {
    assert.match(
      readFileSync(join(projectRoot, file), 'utf8'),
      /\b(?:paste|follow|commandsIn)\(/,
      `${file} pastes no command`,
    );
  }
});

test('a command in a message stands in backticks, so that it gets the flags that were given', () => {
  const verbs = buildProgram().program.commands.map((command) => command.name());
  assert.deepEqual(
    bareInSources(verbs).filter((one) => !one.startsWith('cli/completion/')),
    [],
  );
});
