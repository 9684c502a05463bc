import type { Command } from 'commander';
import { bashScript } from './bash.ts';
import { type Completion, completionsOf } from './completions.ts';
import { fishScript } from './fish.ts';
import type { Shell } from './shells.ts';
import { zshScript } from './zsh.ts';

const scripts: Readonly<Record<Shell, (completions: readonly Completion[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function completionScript(program: Command, shell: Shell): string {
  return scripts[shell](completionsOf(program));
}
