import type { Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { type Completion, completionsOf } from '../completion/completions.ts';
import { fishScript } from '../completion/fish.ts';
import type { Shell } from '../completion/shells.ts';
import { zshScript } from '../completion/zsh.ts';
import type { Output } from '../print.ts';

const scripts: Readonly<Record<Shell, (completions: readonly Completion[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `shell`, and the `script` that is to be sourced in it. */
export function completion(program: Command, shell: Shell): Output {
  const script = completionScript(program, shell);
  return { data: { shell, script }, text: script };
}

export function completionScript(program: Command, shell: Shell): string {
  return scripts[shell](completionsOf(program));
}
