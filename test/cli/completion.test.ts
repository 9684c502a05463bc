/** The completion scripts, sourced in the shell that they are for. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { drydock } from '../harness/drydock.ts';
import { testFolder } from '../harness/files.ts';
import { needsTools } from '../harness/tools.ts';

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

/** What fish offers, sorted, without the descriptions. */
function completeInFish(words: readonly string[], cwd: string): string[] {
  const script = join(cwd, '.completion.fish');
  writeFileSync(script, scripts['fish'] ?? '');
  const asking = 'source $argv[1]; complete -C $argv[2]';
  const args = ['--no-config', '-c', asking, script, ['drydock', ...words].join(' ')];
  const offered = execFileSync('fish', args, { cwd, encoding: 'utf8' }).split('\n');
  return offered.flatMap((line) => line.split('\t')[0] || []).sort();
}

/** What zsh offers when Tab is pressed behind the words in a terminal of its own, sorted. */
function completeInZsh(words: readonly string[], cwd: string): string[] {
  const [script, offered] = [join(cwd, '.completion.zsh'), join(cwd, '.offered')];
  writeFileSync(script, scripts['zsh'] ?? '');
  writeFileSync(offered, '');
  const asking = join(import.meta.dirname, 'press-tab.zsh');
  execFileSync('zsh', ['-f', asking, script, cwd, ['drydock', ...words].join(' '), offered]);
  const lines = readFileSync(offered, 'utf8').split('\n');
  assert.equal(lines.at(-2), 'ended', 'zsh came to the end of completing');
  return [...new Set(lines.slice(0, -2))].filter((line) => line !== '').sort();
}

const shellsOfTests = [
  { shell: 'bash', complete: completeInBash, folder: 'data files', dashed: true },
  { shell: 'fish', complete: completeInFish, folder: 'data files/', dashed: false },
  { shell: 'zsh', complete: completeInZsh, folder: 'data\\ files', dashed: false },
] as const;

for (const { shell, complete: completeIn, folder: dataFiles, dashed } of shellsOfTests) {
  test(`${shell} completes every command and every flag that the help lists`, needsTools(shell), async (t) => {
    const folder = testFolder(t);
    const help = async (...verb: string[]) => wordsIn((await drydock([...verb, '--help'])).stdout);
    const [program, upgrade, snapshot, restore] = await Promise.all([
      help(),
      help('upgrade'),
      help('snapshot'),
      help('snapshot', 'restore'),
    ]);
    assert.ok(program.commands.includes('upgrade') && upgrade.flags.includes('--database'), 'the help was read');
    // bash offers flags before a dash is typed, the other two only behind one.
    const flagsOf = ({ flags }: { flags: string[] }) => (dashed ? flags : []);
    const complete = (...words: string[]) => completeIn(words, folder);
    assert.deepEqual(complete(''), [...program.commands, ...flagsOf(program)].sort());
    assert.deepEqual(complete('snapshot', ''), [...snapshot.commands, ...flagsOf(snapshot)].sort());
    assert.deepEqual(complete('upgrade', '-'), upgrade.flags.sort());
    assert.deepEqual(
      complete('snapshot', 'restore', '--'),
      restore.flags.filter((flag) => flag.startsWith('--')).sort(),
    );
  });

  test(
    `${shell} completes what was begun, files and folders behind the flags that take them, and choices`,
    needsTools(shell),
    (t) => {
      const folder = testFolder(t);
      mkdirSync(join(folder, 'data files'));
      writeFileSync(join(folder, 'data.db'), '');
      const complete = (...words: string[]) => completeIn(words, folder);
      assert.deepEqual(complete('down'), ['downgrade']);
      assert.deepEqual(complete('upgrade', '--database', 'da'), [dataFiles, 'data.db'].sort());
      assert.deepEqual(complete('upgrade', '--migrations', 'da'), [dataFiles]);
      assert.deepEqual(complete('upgrade', '--deadline', ''), []);
      assert.deepEqual(complete('verify', '--database', 'data.db', '--js'), ['--json']);
      assert.deepEqual(complete('snapshot', 'verify', '--busy'), ['--busy-timeout']);
      assert.deepEqual(complete('completion', 'b'), ['bash']);
    },
  );
}

test('each script names every command, and one for a shell that is not known is refused', async () => {
  const { commands } = wordsIn((await drydock(['--help'])).stdout);
  for (const [shell, script] of Object.entries(scripts)) {
    for (const command of commands) assert.ok(script.includes(command), `${command} in ${shell}`);
  }
  const { code, error } = await drydock(['completion', 'tcsh']);
  assert.equal(code, 2);
  assert.match(error, /Allowed choices are bash, zsh, fish/);
});
