import { parseDecision, renameText } from '../autogenerate/decision-text.ts';
import { type ChangePlan, planChanges } from '../autogenerate/plan-changes.ts';
import { acceptedRenames, type Rename, type RenameDecision, type RenameQuestion } from '../autogenerate/renames.ts';
import { renderModuleRevision } from '../autogenerate/render-module.ts';
import { isInSql, renderSqlRevision } from '../autogenerate/render-sql.ts';
import { withRenames } from '../autogenerate/with-renames.ts';
import type { Config, WantedSchema } from '../config/config.ts';
import { readWantedSchema } from '../drift/desired-schema.ts';
import { DrydockError } from '../errors.ts';
import type { Observer } from '../events.ts';
import { shellWord } from '../files/shell-word.ts';
import { loadGraph } from '../revisions/load-graph.ts';
import type { NewRevision } from '../revisions/new/template.ts';
import { writeRevision } from '../revisions/new/write-revision.ts';
import { compareSchemas } from '../schema/compare/compare.ts';
import { isMild } from '../schema/compare/difference.ts';
import type { Schema } from '../schema/normalised.ts';
import { comparedParts } from '../schema/users-tables.ts';
import { schemaAfter } from '../shadow/replay.ts';
import { newRevision, type RevisionRequest } from './new-revision.ts';
import { describeEntry, type RevisionEntry } from './revision-data.ts';
import { ignore } from './session.ts';

export interface AutogenerateRequest extends RevisionRequest {
  /** If left out: SQL if it can make all of the changes in place, else TypeScript. */
  readonly kind?: 'sql' | 'ts' | undefined;
  /** Renames: `old=new` for a table, `table.old=new` for a column. */
  readonly renames?: readonly string[] | undefined;
  /** What looks like a rename but is a drop plus an add, in the same form. */
  readonly separates?: readonly string[] | undefined;
  /** What the revisions find in `op.arguments`. */
  readonly arguments?: Readonly<Record<string, string>>;
  /** @internal Asked if something dropped may be something added under a new name. */
  readonly answer?: AnswerRename;
  /** @internal Receives what revisions print while they are replayed. */
  readonly observer?: Observer;
}

export interface AutogenerateReport {
  /** Null if the revisions already make the desired schema. */
  readonly revision: RevisionEntry | null;
  /** One sentence for each difference. */
  readonly changes: readonly string[];
}

/** @internal Undefined if that is unknown. */
export type AnswerRename = (question: RenameQuestion) => Promise<RenameDecision['answer'] | undefined>;

/**
 * Writes the revision that brings what the revisions make to the desired schema of the config. All heads are replayed
 * together, whatever the request's `head`: that is the schema a database has.
 *
 * @throws {DrydockError} USAGE if no desired schema is named, or if a possible rename is in neither list;
 *   REVISION_FAILED if the revisions cannot be replayed in memory.
 * @example
 * const { revision, changes } = await autogenerate(config, { message: 'mail is email', renames: ['people.mail=email'] });
 * console.log(revision?.path, changes);
 */
export async function autogenerate(config: Config, request: AutogenerateRequest): Promise<AutogenerateReport> {
  const { answer = nobodyToAsk, observer = ignore } = request;
  const wanted = requireWanted(config);
  const graph = loadGraph(config.migrations);
  const header = newRevision(graph, request);
  const { renames = [], separates = [] } = request;
  const decisions = [
    ...renames.map((text) => parseDecision(text, 'rename')),
    ...separates.map((text) => parseDecision(text, 'separate')),
  ];
  const around = { extensions: config.sqliteExtensions, observer };
  const found = await readWantedSchema(wanted, config.ignoreTables, around);
  const made = await schemaAfter(graph.revisions, request.arguments ?? {}, around);
  const { found: to, made: from } = comparedParts(found, made, config.ignoreTables);
  const planned = await planWithAnswers(from, to, decisions, answer);
  if (planned === undefined) return { revision: null, changes: [] };
  const kind = request.kind ?? (isInSql(planned.plan) ? 'sql' : 'ts');
  const written = writeRevision(config.migrations, graph, { ...header, kind }, (text) => textOf(text, planned.plan));
  const changes = [
    ...planned.renames.map(renameSentence),
    ...compareSchemas(withRenames(from, planned.renames), to)
      .filter((difference) => !isMild(difference))
      .map(({ sentence }) => sentence),
  ];
  return { revision: describeEntry(written.graph, written.revision), changes };
}

function requireWanted({ wantedSchema }: Config): WantedSchema {
  if (wantedSchema !== undefined) return wantedSchema;
  throw new DrydockError('USAGE', {
    what: 'No desired schema is named to compare the revisions with',
    next: 'Give --schema <file> (a .sql text or a database), or set schema or schema_command in the config',
  });
}

async function nobodyToAsk(): Promise<undefined> {
  // A program must say in advance what is a rename and what is not.
}

/** Undefined if there is nothing to plan. */
async function planWithAnswers(
  from: Schema,
  to: Schema,
  given: readonly RenameDecision[],
  answer: AnswerRename,
): Promise<{ readonly plan: ChangePlan; readonly renames: readonly Rename[] } | undefined> {
  const decisions = [...given];
  for (;;) {
    const result = planChanges(from, to, decisions);
    if (result.kind === 'nothing') return undefined;
    if (result.kind === 'plan') return { plan: result.plan, renames: acceptedRenames(from, to, decisions) };
    const [question] = result.questions;
    // One at a time: an answer may settle the questions after it.
    const answered = question && (await answer(question));
    if (question === undefined || answered === undefined) throw unanswered(result.questions);
    const { sentence, ...rename } = question;
    decisions.push({ ...rename, answer: answered });
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
    next: `Answer with ${answers.join('; and ')} (in a program: renames, separates)`,
  });
}

function renameSentence(rename: Rename): string {
  const thing = rename.kind === 'table' ? `table ${rename.from}` : `column ${rename.table}.${rename.from}`;
  return `${thing} is to be called ${rename.to}`;
}

function textOf({ id, kind, ...header }: NewRevision, plan: ChangePlan): string {
  const render = kind === 'sql' ? renderSqlRevision : renderModuleRevision;
  return render({ ...header, revision: id }, plan);
}
