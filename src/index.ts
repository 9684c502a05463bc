/** `import { … } from 'sqlite-drydock'`: for programs, tests and TypeScript revisions. See docs/library.md. */

export { type AutogenerateReport, type AutogenerateRequest, autogenerate } from './api/autogenerate.ts';
export { type BeginAnewOptions, beginAnew } from './api/begin-anew.ts';
export { type CheckReport, check } from './api/check.ts';
export { type CurrentReport, current } from './api/current.ts';
export { doctor } from './api/doctor.ts';
export { type EditedRevision, edit } from './api/edit.ts';
export { type HistoryEntry, type HistoryReport, history } from './api/history.ts';
export { type LintReport, lint } from './api/lint.ts';
export { loadConfig, type Settings, type Surroundings } from './api/load-config.ts';
export type { MigrationReport } from './api/migrate.ts';
export { createRevision, type MergeRequest, mergeRevisions, type RevisionRequest } from './api/new-revision.ts';
export { type PlanOptions, plan } from './api/plan.ts';
export { type InitOptions, init, type ProjectReport } from './api/project.ts';
export { type RehearseOptions, rehearse } from './api/rehearse.ts';
export { listRuns, type ReportFormat, report, showRun } from './api/report.ts';
export type { RevisionEntry, RevisionSummary } from './api/revision-data.ts';
export { branches, heads, show } from './api/revisions.ts';
export { type ScriptReport, type ScriptRequest, script } from './api/script.ts';
export type { RevisionArguments, SessionOptions } from './api/session.ts';
export {
  type CreatedSnapshot,
  createSnapshot,
  type ListedSnapshot,
  listSnapshots,
  pruneSnapshots,
  type RestoreOptions,
  restoreSnapshot,
  type SnapshotList,
  verifySnapshot,
} from './api/snapshots.ts';
export { ensureVersion, type StampOptions, stamp } from './api/stamp.ts';
export { type StatsReport, stats } from './api/stats.ts';
export { unlock } from './api/unlock.ts';
export { type DowngradeOptions, downgrade, upgrade } from './api/upgrade.ts';
export { type VerifyReport, verify } from './api/verify.ts';
export type { CheckResult, StatisticValue } from './checks/measurement.ts';
export { completion } from './cli/completion/completion.ts';
export type { Shell } from './cli/completion/shells.ts';
export type { Config } from './config/config.ts';
export type { Diagnosis } from './doctor/doctor.ts';
export type { DoctorFinding } from './doctor/finding.ts';
export type { StepReport } from './engine/protocol.ts';
export type {
  SqliteAggregateOptions,
  SqliteFunctionOptions,
  SqliteRegistry,
  SqliteTable,
  SqliteValue,
} from './engine/sqlite-extensions.ts';
export { DrydockError, type ErrorCode, exitCodes } from './errors.ts';
export type { Observer, RunEvent } from './events.ts';
export type { Finding } from './lint/lint-finding.ts';
export { CannotDowngrade } from './operations/cannot-downgrade.ts';
export type { Column, ColumnOptions } from './operations/column.ts';
export { type ColumnBuilder, column } from './operations/column-builder.ts';
export { type ConstraintBuilder, constraint } from './operations/constraint.ts';
export type { Operations } from './operations/operations.ts';
export type { Loss } from './plan/loss.ts';
export type { Preview } from './plan/previewed.ts';
export type { RunRecord } from './records/run-record.ts';
export type { DamagedRecord, RunList } from './records/store.ts';
export type {
  AtTarget,
  BeginAnewReport,
  RecoveryReport,
  RehearsalReport,
  RestoreReport,
  SchemaChange,
} from './run/outcome.ts';
export type { Manifest } from './snapshots/manifest.ts';
export type { RowDifference } from './snapshots/row-differences.ts';
