import type { Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { type Completion, completionsOf } from '../completion/completions.ts';
import { fishScript } from '../completion/fish.ts';
import { zshScript } from '../completion/zsh.ts';
import type { Output } from '../print.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } satisfies Record<
  string,
  (completions: readonly Completion[]) => string
>;

export type Shell = keyof typeof scripts;

/** `shell`, and the `script` that is to be sourced in it. */
export function completion(program: Command, shell: Shell): Output {
  const script = scripts[shell](completionsOf(program));
  return { data: { shell, script }, text: script };
}
