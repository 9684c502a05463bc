/** One step of a run, as it would go. */
import type { SurveyedStep } from '../engine/shadow-result.ts';
import { findIn, type Ignored } from '../lint/lint-revision.ts';
import { type LintStep, stepParts } from '../lint/lint-step.ts';
import type { Revision } from '../revisions/revision.ts';
import { foldName } from '../schema/names.ts';
import { describeParameter } from './bound-value.ts';
import type { PreviewedStep, TableSize } from './previewed.ts';
import type { TouchedTables } from './touched-tables.ts';

/** A step with what is known about it. */
export interface SeenStep extends SurveyedStep {
  readonly revision: Revision;
  readonly touched: TouchedTables;
}

/** @param sizes The sizes of the live tables that any step touches. */
export function previewStep(
  { revision, step, schema, before, after, touched }: SeenStep,
  sizes: readonly TableSize[],
  ignored: Ignored,
): PreviewedStep {
  const { id, path, message, transaction } = revision;
  const lintStep: LintStep = {
    revision,
    direction: step.direction,
    ...stepParts(step),
    upIsEmpty: isEmptyUpgrade(revision),
    schemas: { whole: schema === 'known', before, after },
    rows: new Map(sizes.map(({ table, rows }) => [foldName(table), rows])),
  };
  const { findings, suppressed } = findIn(revision, [lintStep], ignored);
  return {
    id,
    direction: step.direction,
    path,
    message,
    transaction,
    statements: step.statements.map(({ sql, params, line }) => ({
      sql,
      parameters: params.map(describeParameter),
      line: line ?? null,
    })),
    operations: step.notes.map((note) => ({ ...note, line: note.line ?? null })),
    tables: sizes.flatMap((size) => {
      const work = touched.get(foldName(size.table));
      return work === undefined ? [] : [{ ...size, work: [...new Set(work)] }];
    }),
    findings,
    suppressed,
  };
}

/** A module's upgrade was not run here, so a downgrade that does nothing may be right. */
function isEmptyUpgrade({ body }: Revision): boolean {
  return body.kind === 'module' || body.up.length === 0;
}
