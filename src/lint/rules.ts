/** All rules. */
import { lintRules } from '../config/lint-rules.ts';
import type { Rule } from './rule.ts';
import { castToDate } from './rules/cast-to-date.ts';
import { destructiveChange } from './rules/destructive-change.ts';
import { downgradeDiffers } from './rules/downgrade-differs.ts';
import { droppedObject } from './rules/dropped-object.ts';
import { emptyRevision } from './rules/empty-revision.ts';
import { foreignKeysPragma } from './rules/foreign-keys-pragma.ts';
import { indexOnBigTable } from './rules/index-on-big-table.ts';
import { noDowngrade } from './rules/no-downgrade.ts';
import { nonConstantDefault } from './rules/non-constant-default.ts';
import { notNullWithoutDefault } from './rules/not-null-without-default.ts';
import { rebuildLosesObjects } from './rules/rebuild-loses-objects.ts';
import { renameDragsReferences } from './rules/rename-drags-references.ts';
import { writeWithoutWhere } from './rules/write-without-where.ts';

/** The rules that check one revision in one direction. */
export const stepRules: readonly Rule[] = [
  emptyRevision,
  destructiveChange,
  droppedObject,
  writeWithoutWhere,
  notNullWithoutDefault,
  nonConstantDefault,
  renameDragsReferences,
  rebuildLosesObjects,
  castToDate,
  foreignKeysPragma,
  noDowngrade,
  downgradeDiffers,
  indexOnBigTable,
];

/** Reported if a step fails for reasons of its own: see lint.ts. */
export const cannotRun = 'cannot-run';

/** Reported if the graph has several heads: see findHeads in lint.ts. */
export const severalHeads = 'several-heads';

/** Reported if a comment should suppress a rule and does not: see suppressions.ts. */
export const badSuppression = 'bad-suppression';

/** Rules that need the live database, so that `lint` cannot call their suppression needless. */
export const rulesOfPlan: readonly string[] = [indexOnBigTable.name];

export const ruleNames: readonly string[] = [...lintRules, badSuppression];
