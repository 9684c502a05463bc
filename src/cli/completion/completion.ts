import type { Shell } from './shells.ts';

/**
 * Returns a completion script for a shell, to be sourced there.
 * @example
 * console.log(await completion('bash'));
 */
export async function completion(shell: Shell): Promise<string> {
  // The command line declares the flags, and is loaded only here.
  const [{ buildProgram }, { completionScript }] = await Promise.all([import('../program.ts'), import('./script.ts')]);
  return completionScript(buildProgram().program, shell);
}
