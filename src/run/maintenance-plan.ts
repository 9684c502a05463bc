/**
 * Maintenance that belongs to no revision: what the daemon does in its windows. It is planned like a revision with
 * `transaction: false` that changes no content, and so gets the whole safe run: locks, recovery, snapshot, checks,
 * history. See docs/decisions/0003-content-preserving-after-commit.md.
 */
import type { HistoryRow } from '../revisions/applied-tables.ts';
import { checksum } from '../revisions/files/checksum.ts';
import type { Revision } from '../revisions/revision.ts';
import type { MaintenanceVerb, MigrationCommand } from './outcome.ts';
import type { Plan } from './plan.ts';

const statements: Readonly<Record<MaintenanceVerb, string>> = {
  // Every table, including those that this connection has not read (https://sqlite.org/pragma.html#pragma_optimize).
  // The WAL is checkpointed at the end of every maintenance.
  optimize: 'PRAGMA optimize = 0x10002',
  vacuum: 'VACUUM',
  'incremental-vacuum': 'PRAGMA incremental_vacuum',
};

/** The id of a revision file cannot contain a colon, so none can be mistaken for one of these. */
const maintenancePrefix = 'drydock:';

/** @param current Rows of alembic_version, which do not change. */
export function maintenancePlan(verb: MaintenanceVerb, current: readonly string[]): Plan {
  return {
    command: verb,
    steps: [],
    maintenance: [{ step: { revision: revisionOf(verb), direction: 'up' }, deferredBy: undefined }],
    onWorkingCopy: false,
    from: current,
    to: current,
    stamped: [],
    arguments: {},
  };
}

export function isMaintenance(verb: string): verb is MaintenanceVerb {
  return Object.hasOwn(statements, verb);
}

export function isMaintenanceCommand(command: MigrationCommand): command is { readonly verb: MaintenanceVerb } {
  return isMaintenance(command.verb);
}

/** Whether a row of the history belongs to maintenance, and so says nothing about revisions. */
export function isMaintenanceRow({ revision }: Pick<HistoryRow, 'revision'>): boolean {
  return revision.startsWith(maintenancePrefix);
}

function revisionOf(verb: MaintenanceVerb): Revision {
  const sql = statements[verb];
  return {
    id: `${maintenancePrefix}${verb}`,
    revises: [],
    dependsOn: [],
    branchLabels: [],
    message: verb,
    path: verb,
    checksum: checksum(sql),
    transaction: false,
    expect: { up: [], down: [] },
    body: { kind: 'sql', up: [{ sql, line: 1 }], down: [] },
  };
}
