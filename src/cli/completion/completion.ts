import type { Shell } from './shells.ts';

/**
 * Makes a shell complete the words of `drydock`: a script to be sourced in it.
 * @example
 * console.log(await completion('bash'));
 */
export async function completion(shell: Shell): Promise<string> {
  // The command line declares the flags, and is loaded only for this.
  const [{ buildProgram }, { completionScript }] = await Promise.all([import('../program.ts'), import('./script.ts')]);
  return completionScript(buildProgram().program, shell);
}
