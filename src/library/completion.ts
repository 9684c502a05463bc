import type { Shell } from '../cli/completion/shells.ts';

/** What makes a shell complete the words of `drydock`: a script to be sourced in it. */
export async function completion(shell: Shell): Promise<string> {
  // The flags are declared on the command line and nowhere else; whoever does not ask for this does not load it.
  const [{ buildProgram }, { completionScript }] = await Promise.all([
    import('../cli/program.ts'),
    import('../cli/verbs/completion.ts'),
  ]);
  return completionScript(buildProgram().program, shell);
}
