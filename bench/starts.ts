/** The run that finds nothing to do, which is nearly every run: beside the start of Node itself. */
import { runProcess } from './processes.ts';

export interface StartTimes {
  /** Milliseconds of whole processes, from before the spawn to after the exit. */
  readonly node: readonly number[];
  readonly noOp: readonly number[];
}

export async function timeStarts(noOpArguments: readonly string[], rounds: number): Promise<StartTimes> {
  const node: number[] = [];
  const noOp: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    node.push((await runProcess(process.execPath, ['-e', '0'])).milliseconds);
    const { milliseconds, stdout } = await runProcess(process.execPath, noOpArguments);
    if (JSON.parse(stdout).outcome !== 'nothing-pending') throw new Error('the database was not at head');
    noOp.push(milliseconds);
  }
  return { node, noOp };
}
