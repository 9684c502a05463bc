/** The stock sqlite3 shell, as somebody has it who runs a script with it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

export interface ShellResult {
  readonly code: number | null;
  readonly stderr: string;
}

export function runScript(database: string, script: string): ShellResult {
  const { error, status, stderr } = spawnSync('sqlite3', [database], { input: script, encoding: 'utf8' });
  assert.equal(error, undefined, 'the sqlite3 shell is needed: sh ops/test-tools.sh installs it');
  return { code: status, stderr };
}

export function runsWell(database: string, script: string): void {
  const { code, stderr } = runScript(database, script);
  assert.deepEqual([code, stderr], [0, ''], script);
}
