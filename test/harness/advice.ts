/** The commands that messages hand out: found in a message, found in the sources, and run as a person would paste them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandPath } from './command.ts';
import type { Result } from './drydock.ts';
import { projectRoot } from './files.ts';

/** What stands in backticks and is for a shell. */
const handedOut = /`((?:[A-Z]+=\S+ )?(?:drydock|sqlite3|touch|mkdir|chown|chmod|npm) [^`]+)`/g;

const handedOutThere = new RegExp(handedOut.source.replaceAll('`', '§'), 'g');

export function commandsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(handedOut)].map(([, command = '']) => command))];
}

/** All that a command said to a person. */
export function saidBy({ stdout, error, log }: Result): string {
  return [stdout, error, ...log.map(({ msg }) => msg)].join('\n');
}

/**
 * Runs a command as it was printed, by a shell.
 * @param fill What the reader puts in the place of `<id>` and its like.
 */
export async function paste(
  root: string,
  printed: string,
  fill: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const command = printed.replace(/<[a-z]+>/g, (placeholder) => {
    const value = fill[placeholder];
    assert.ok(value !== undefined, `${printed} leaves ${placeholder} to the reader, and the test does not say what`);
    return value;
  });
  const bin = join(root, '.bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'drydock'), `#!/bin/sh\nexec '${process.execPath}' '${commandPath}' "$@"\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
  return promisify(execFile)('sh', ['-c', command], { cwd: root, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

/**
 * Runs each command of a message as it was printed, and once more with the consent that it asks for.
 * @param options.ends How they end; a check finds something, and nothing else does unless it is said.
 */
export async function follow(
  root: string,
  said: string,
  { fill = {}, ends }: { readonly fill?: Readonly<Record<string, string>>; readonly ends?: number | undefined } = {},
): Promise<void> {
  const commands = said.includes('`') ? commandsIn(said) : [said];
  assert.ok(commands.length > 0, `no command in ${said}`);
  for (const command of commands) {
    // No test has a person at the editor.
    const printed = command.replace('EDITOR=vi', 'EDITOR=true');
    let { code, stderr } = await paste(root, printed, fill);
    if (code === 2 && stderr.includes('--yes')) ({ code, stderr } = await paste(root, `${printed} --yes`, fill));
    assert.equal(code, ends ?? (printed.startsWith('drydock check') ? 3 : 0), `${printed}: ${stderr}`);
  }
}

/** Each command in the string literals of src/, `file: command`, with `…` where the program puts something in. */
export function handedOutInSources(): readonly string[] {
  const folder = join(projectRoot, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((file) => {
    const code = withMarks(readFileSync(join(folder, file), 'utf8'));
    return [...code.matchAll(handedOutThere)].map(([, command = '']) => `${file}: ${template(command)}`);
  });
}

/** Where a string of src/ speaks of a command outside backticks: `file: command`. */
export function bareInSources(verbs: readonly string[]): readonly string[] {
  const folder = join(projectRoot, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const bare = new RegExp(`(?<![\`\\w/'"=(])drydock (?:${verbs.join('|')})(?![\\w-])`, 'g');
  return files.flatMap((file) => {
    const code = withMarks(readFileSync(join(folder, file), 'utf8')).replaceAll(handedOutThere, '');
    return [...code.matchAll(bare)].map(([command]) => `${file}: ${command}`);
  });
}

/** Code without comments, and `§` for each backtick that is text: escaped in a template, or between quotes. */
function withMarks(code: string): string {
  return code
    .replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll('\\`', '§')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, (text) => text.replaceAll('`', '§'));
}

function template(command: string): string {
  return command.replaceAll(/\$\{[^}]*\}/g, '…').replaceAll("\\'", "'");
}

/** True if `said` is what `handedOut` of the sources became. */
export function isMadeFrom(said: string, written: string): boolean {
  const parts = written.split(/…|<database>/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+?')}(?: |$)`, 's').test(said);
}
