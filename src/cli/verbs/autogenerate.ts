/** `revision --autogenerate`. */
import { type AutogenerateRequest, autogenerate as write } from '../../api/autogenerate.ts';
import type { RenameDecision, RenameQuestion } from '../../autogenerate/renames.ts';
import type { Config } from '../../config/config.ts';
import { describeWanted } from '../../drift/desired-schema.ts';
import { visible, visibleLines } from '../../visible.ts';
import { askYesNo, isInteractive } from '../ask.ts';
import { withLog } from '../engine-log.ts';
import type { Output } from '../print.ts';

/** `revision` is null if there was nothing to do; `changes` has one sentence for each difference. */
export async function autogenerate(config: Config, request: AutogenerateRequest): Promise<Output> {
  const report = await withLog('revision', (observer) =>
    write(config, { ...request, answer: answerOnTerminal, observer }),
  );
  return { data: { ...report }, text: textOf(config, report) };
}

function textOf({ wantedSchema }: Config, { revision, changes }: Awaited<ReturnType<typeof write>>): string {
  if (revision !== null)
    return visibleLines([`Created ${revision.path}`, ...changes.map((sentence) => `  ${sentence}`)]);
  const wanted = wantedSchema === undefined ? '' : `, ${describeWanted(wantedSchema)}`;
  return visible(`Nothing to do: the revisions make the desired schema${wanted}. No revision was written.`);
}

async function answerOnTerminal({ sentence }: RenameQuestion): Promise<RenameDecision['answer'] | undefined> {
  if (!isInteractive()) return undefined;
  const question = `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`;
  return (await askYesNo(question)) ? 'rename' : 'separate';
}
