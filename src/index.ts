/** `import { … } from 'sqlite-drydock'`: for programs, tests and TypeScript revisions. See docs/library.md. */

export type { AutogenerateReport, AutogenerateRequest } from './api/autogenerate.ts';
export type { CheckReport } from './api/check.ts';
export type { CurrentReport } from './api/current.ts';
export type { EditedRevision } from './api/edit.ts';
export type { HistoryEntry, HistoryReport } from './api/history.ts';
export type { LintReport } from './api/lint.ts';
export type { MigrationReport } from './api/migrate.ts';
export type { MergeRequest, RevisionRequest } from './api/new-revision.ts';
export type { ProjectReport } from './api/project.ts';
export type { ReportFormat } from './api/report.ts';
export type { RevisionEntry, RevisionSummary } from './api/revision-data.ts';
export type { ScriptReport } from './api/script.ts';
export type { SessionOptions } from './api/session.ts';
export type { CreatedSnapshot, ListedSnapshot, SnapshotList } from './api/snapshots.ts';
export type { StatsReport } from './api/stats.ts';
export type { VerifyReport } from './api/verify.ts';
export type { CheckResult, StatisticValue } from './checks/measurement.ts';
export type { Shell } from './cli/completion/shells.ts';
export type { Config } from './config/config.ts';
export type { Diagnosis } from './doctor/doctor.ts';
export type { DoctorFinding } from './doctor/finding.ts';
export type { StepReport } from './engine/protocol.ts';
export { DrydockError, type ErrorCode, exitCodes } from './errors.ts';
export type { Observer, RunEvent } from './events.ts';
export { completion } from './library/completion.ts';
export { loadConfig, type Settings, type Surroundings } from './library/config.ts';
export {
  branches,
  check,
  current,
  doctor,
  heads,
  history,
  lint,
  listSnapshots,
  type PlanOptions,
  plan,
  type ScriptRequest,
  script,
  show,
  stats,
  verify,
  verifySnapshot,
} from './library/reads.ts';
export { listRuns, report, showRun } from './library/reports.ts';
export {
  type BeginAnewOptions,
  beginAnew,
  createSnapshot,
  type DowngradeOptions,
  downgrade,
  ensureVersion,
  pruneSnapshots,
  type RehearseOptions,
  type RestoreOptions,
  type RevisionArguments,
  rehearse,
  restoreSnapshot,
  type StampOptions,
  stamp,
  upgrade,
} from './library/runs.ts';
export {
  autogenerate,
  createRevision,
  edit,
  type InitOptions,
  init,
  mergeRevisions,
  unlock,
} from './library/writes.ts';
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
