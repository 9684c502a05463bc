/** `revision --autogenerate`: writes the revision that brings what the revisions make to the wanted schema. */

import { describeEntry } from '../../api/revision-data.ts';
import { parseDecision, renameText } from '../../autogenerate/decision-text.ts';
import { type ChangePlan, planChanges } from '../../autogenerate/plan.ts';
import { acceptedRenames, type Rename, type RenameDecision, type RenameQuestion } from '../../autogenerate/renames.ts';
import { renderModuleRevision } from '../../autogenerate/render-module.ts';
import { renderSqlRevision } from '../../autogenerate/render-sql.ts';
import { isInPlace } from '../../autogenerate/steps.ts';
import { withRenames } from '../../autogenerate/with-renames.ts';
import type { Config, WantedSchema } from '../../config/config.ts';
import { DrydockError } from '../../errors.ts';
import { schemaAfter } from '../../replay/replay.ts';
import type { RevisionGraph } from '../../revisions/graph.ts';
import type { NewRevision } from '../../scaffold/revision-text.ts';
import { writeRevision } from '../../scaffold/write-revision.ts';
import { compareSchemas } from '../../schema/compare.ts';
import { isMild } from '../../schema/difference.ts';
import type { Schema } from '../../schema/normalised.ts';
import { schemaOf } from '../../schema/read-schema.ts';
import { describeWanted, readWantedSchema } from '../../wanted/wanted-schema.ts';
import { askYesNo, isInteractive } from '../ask.ts';
import { withLog } from '../engine-log.ts';
import type { Output } from '../print.ts';

export interface AutogenerateRequest {
  /** But for its kind, which follows from the changes unless one was asked for. */
  readonly revision: Omit<NewRevision, 'kind'>;
  readonly kind: NewRevision['kind'] | undefined;
  /** `--rename` and `--separate`, as they were given. */
  readonly renames: readonly string[];
  readonly separates: readonly string[];
  /** What the revisions find in `op.arguments`. */
  readonly arguments: Readonly<Record<string, string>>;
}

/** `revision` is null where there was nothing to do; `changes` has a sentence for each difference. */
export async function autogenerate(
  config: Config,
  graph: RevisionGraph,
  { revision, kind, renames, separates, arguments: given }: AutogenerateRequest,
): Promise<Output> {
  const wanted = requireWanted(config);
  const decisions = [
    ...renames.map((text) => parseDecision(text, 'rename')),
    ...separates.map((text) => parseDecision(text, 'separate')),
  ];
  const { from, to } = await withLog('revision', async (observer) => ({
    to: await readWantedSchema(wanted, observer),
    from: schemaOf(await schemaAfter(graph.revisions, given, observer)),
  }));
  const planned = await planWithAnswers(from, to, decisions);
  if (planned === undefined) {
    const text = `Nothing to do: the revisions make the wanted schema, ${describeWanted(wanted)}. No revision was written.`;
    return { data: { revision: null, changes: [] }, text };
  }
  const { plan, renames: accepted } = planned;
  const written = writeRevision(
    config.migrations,
    graph,
    { ...revision, kind: kind ?? (isInSql(plan) ? 'sql' : 'ts') },
    (header) => textOf(header, plan),
  );
  const changes = [
    ...accepted.map(renameSentence),
    ...compareSchemas(withRenames(from, accepted), to)
      .filter((difference) => !isMild(difference))
      .map(({ sentence }) => sentence),
  ];
  return {
    data: { revision: describeEntry(written.graph, written.revision), changes },
    text: [`Created ${written.revision.path}`, ...changes.map((sentence) => `  ${sentence}`)].join('\n'),
  };
}

function requireWanted({ wantedSchema }: Config): WantedSchema {
  if (wantedSchema !== undefined) return wantedSchema;
  throw new DrydockError('USAGE', {
    what: 'No wanted schema is named to compare the revisions with',
    next: 'Give --schema <file> (a .sql text or a database), or set schema or schema_command in the config',
  });
}

/** Undefined where there is nothing to plan. */
async function planWithAnswers(
  from: Schema,
  to: Schema,
  given: readonly RenameDecision[],
): Promise<{ readonly plan: ChangePlan; readonly renames: readonly Rename[] } | undefined> {
  const decisions = [...given];
  for (;;) {
    const result = planChanges(from, to, decisions);
    if (result.kind === 'nothing') return undefined;
    if (result.kind === 'plan') return { plan: result.plan, renames: acceptedRenames(from, to, decisions) };
    const [question] = result.questions;
    if (question === undefined || !isInteractive()) throw unanswered(result.questions);
    // One at a time: an answer may settle the questions after it.
    const { sentence, ...rename } = question;
    const answer = (await askYesNo(capitalised(sentence))) ? 'rename' : 'separate';
    decisions.push({ ...rename, answer });
  }
}

function unanswered(questions: readonly RenameQuestion[]): DrydockError {
  const answers = questions.map((question) => {
    const text = shellWord(renameText(question));
    return `--rename ${text} or --separate ${text}`;
  });
  return new DrydockError('USAGE', {
    what: `What looks like a rename may be a drop and an addition, which loses what is there (${questions.map(({ sentence }) => sentence).join(' ')})`,
    state: 'No revision was written',
    next: `Answer with ${answers.join('; and ')}`,
  });
}

function renameSentence(rename: Rename): string {
  const thing = rename.kind === 'table' ? `table ${rename.from}` : `column ${rename.table}.${rename.from}`;
  return `${thing} is to be called ${rename.to}`;
}

function isInSql({ up, down }: ChangePlan): boolean {
  return [...up.steps, ...down.steps].every(isInPlace);
}

function textOf({ id, kind, ...header }: NewRevision, plan: ChangePlan): string {
  const render = kind === 'sql' ? renderSqlRevision : renderModuleRevision;
  return render({ ...header, revision: id }, plan);
}

function capitalised(sentence: string): string {
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`;
}

function shellWord(text: string): string {
  return /^[\w.=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
