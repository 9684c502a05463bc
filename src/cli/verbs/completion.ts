import type { Command } from 'commander';
import { completionScript } from '../completion/script.ts';
import type { Shell } from '../completion/shells.ts';
import type { Output } from '../print.ts';

/** `shell`, and the `script` that is to be sourced in it. */
export function completion(program: Command, shell: Shell): Output {
  const script = completionScript(program, shell);
  return { data: { shell, script }, text: script };
}
