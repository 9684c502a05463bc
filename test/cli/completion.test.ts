/** The completion scripts, sourced in the shell that they are for. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { drydock } from '../harness/drydock.ts';
import { testFolder } from '../harness/files.ts';

let scripts: Readonly<Record<string, string>> = {};

before(async () => {
  const shells = ['bash', 'zsh', 'fish'];
  const results = await Promise.all(shells.map((shell) => drydock(['completion', shell])));
  assert.deepEqual(
    results.map(({ code }) => code),
    [0, 0, 0],
  );
  scripts = Object.fromEntries(results.map(({ stdout }, index) => [shells[index] ?? '', stdout]));
});

/** What bash offers for the last of the words, sorted. */
function completeInBash(words: readonly string[], cwd: string): string[] {
  const asking = `source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
"$(complete -p drydock | sed 's/^complete -F \\([^ ]*\\).*/\\1/')"
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const script = join(cwd, '.completion.bash');
  writeFileSync(script, scripts['bash'] ?? '');
  const args = ['--norc', '-c', asking, 'bash', script, 'drydock', ...words];
  return execFileSync('bash', args, { cwd, encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

/** The commands and flags that a help text lists. */
function wordsIn(help: string): { commands: string[]; flags: string[] } {
  const [, options = '', commands = ''] = help.split(/^(?:Options|Commands):$/m);
  return {
    commands: [...commands.matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => String(name)).sort(),
    flags: [...options.matchAll(/^ {2}(-\w)?(?:, )?(--[\w-]+)?/gm)].flatMap(([, ...flags]) =>
      flags.filter((flag) => flag !== undefined),
    ),
  };
}

test('bash completes every command and every flag that the help lists', async (t) => {
  const folder = testFolder(t);
  const help = async (...verb: string[]) => wordsIn((await drydock([...verb, '--help'])).stdout);
  const [program, upgrade, snapshot, restore] = await Promise.all([
    help(),
    help('upgrade'),
    help('snapshot'),
    help('snapshot', 'restore'),
  ]);
  assert.ok(program.commands.includes('upgrade') && upgrade.flags.includes('--database'), 'the help was read');
  assert.deepEqual(completeInBash([''], folder), [...program.commands, ...program.flags].sort());
  assert.deepEqual(completeInBash(['upgrade', ''], folder), upgrade.flags.sort());
  assert.deepEqual(completeInBash(['snapshot', ''], folder), [...snapshot.commands, ...snapshot.flags].sort());
  assert.deepEqual(
    completeInBash(['snapshot', 'restore', '--'], folder),
    restore.flags.filter((flag) => flag.startsWith('--')).sort(),
  );
});

test('bash completes what was begun, files and folders behind the flags that take them, and choices', (t) => {
  const folder = testFolder(t);
  mkdirSync(join(folder, 'data files'));
  writeFileSync(join(folder, 'data.db'), '');
  const complete = (...words: string[]) => completeInBash(words, folder);
  assert.deepEqual(complete('down'), ['downgrade']);
  assert.deepEqual(complete('upgrade', '--database', 'da'), ['data files', 'data.db']);
  assert.deepEqual(complete('upgrade', '--migrations', 'da'), ['data files']);
  assert.deepEqual(complete('upgrade', '--deadline', ''), []);
  assert.deepEqual(complete('verify', '--database', 'data.db', '--js'), ['--json']);
  assert.deepEqual(complete('snapshot', 'verify', '--busy'), ['--busy-timeout']);
  assert.deepEqual(complete('completion', 'b'), ['bash']);
});

test('each script names every command, and one for a shell that is not known is refused', async () => {
  const { commands } = wordsIn((await drydock(['--help'])).stdout);
  for (const [shell, script] of Object.entries(scripts)) {
    for (const command of commands) assert.ok(script.includes(command), `${command} in ${shell}`);
  }
  const { code, error } = await drydock(['completion', 'tcsh']);
  assert.equal(code, 2);
  assert.match(error, /Allowed choices are bash, zsh, fish/);
});
