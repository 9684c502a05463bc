/** Validates the records in files: a newer version, a person or a full disk may have changed them. */
import * as z from 'zod/mini';
import { exitCodes } from '../errors.ts';
import { phaseNames } from '../events.ts';
import type { DifferenceKind } from '../schema/compare/difference.ts';
import { manifestSchema } from '../snapshots/manifest-schema.ts';
import type { RunRecord } from './run-record.ts';

const ids = z.array(z.string());
const whole = z.int();
const measured = z.union([z.string(), z.number(), z.null()]);

const ending = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['done', 'nothing-pending']), exitCode: z.literal(0), sentence: z.string() }),
  z.object({
    outcome: z.literal('failed'),
    exitCode: whole,
    code: z.enum(keysOf(exitCodes)),
    sentence: z.string(),
    state: z.nullable(z.string()),
    next: z.nullable(z.string()),
  }),
]);

const phase = z.object({ phase: z.enum(phaseNames), startMs: whole, durationMs: whole, failed: z.boolean() });

const wait = z.object({ waitingFor: z.string(), holder: z.string(), startMs: whole, waitedMs: whole });

const step = z.object({
  id: z.string(),
  direction: z.enum(['up', 'down']),
  startedAt: z.iso.datetime(),
  durationMs: whole,
  statements: whole,
  path: z.string(),
  failed: z.boolean(),
  sql: z.array(z.object({ sql: z.string(), times: whole })),
  sqlLeftOut: whole,
});

const check = z.object({
  check: z.enum(['integrity', 'constraints', 'foreign keys', 'objects', 'references', 'rows', 'statistic']),
  subject: z.string(),
  ok: z.boolean(),
  before: measured,
  after: measured,
  // Earlier versions wrote every table down without it.
  untouched: z.optional(z.enum(['not written', 'same bytes'])),
  message: z.string(),
});

/** An object, so that the compiler reports a new command that is missing here. */
const commands: Readonly<Record<RunRecord['command'], true>> = {
  upgrade: true,
  downgrade: true,
  stamp: true,
  'ensure-version': true,
  optimize: true,
  vacuum: true,
  'incremental-vacuum': true,
  rehearse: true,
  'snapshot create': true,
  'snapshot restore': true,
  'snapshot prune': true,
  'begin-anew': true,
};

const changeKinds: Readonly<Record<DifferenceKind, true>> = {
  table: true,
  strict: true,
  withoutRowid: true,
  order: true,
  spelling: true,
  column: true,
  type: true,
  nullability: true,
  default: true,
  collation: true,
  generated: true,
  primaryKey: true,
  autoincrement: true,
  unique: true,
  check: true,
  foreignKey: true,
  index: true,
  view: true,
  trigger: true,
  virtualTable: true,
};

const change = z.object({
  kind: z.enum(keysOf(changeKinds)),
  table: z.string(),
  name: z.string(),
  sentence: z.string(),
});

const loss = z.object({ revision: z.string(), table: z.string(), column: z.nullable(z.string()), rows: whole });

const recovery = z.object({
  runId: z.string(),
  // Earlier versions did not write it.
  command: z._default(z.string(), 'unknown'),
  interruptedIn: z.string(),
  outcome: z.enum(['rolled-back', 'committed', 'restored']),
  message: z.string(),
});

const schema = z.object({
  format: z.literal(1),
  runId: z.string(),
  command: z.enum(keysOf(commands)),
  targets: ids,
  database: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: whole,
  ending,
  from: z.nullable(ids),
  to: z.nullable(ids),
  planned: z.nullable(ids),
  left: z.optional(z.nullable(z.object({ lastRun: z.nullable(z.string()), rows: z.nullable(whole) }))),
  phases: z.array(phase),
  waits: z.array(wait),
  steps: z.array(step),
  checks: z.array(check),
  schema: z.nullable(z.array(change)),
  losses: z.array(loss),
  snapshot: z.nullable(manifestSchema),
  pruned: ids,
  recovered: z.nullable(recovery),
  warnings: ids,
  toolVersion: z.string(),
  nodeVersion: z.string(),
  hostname: z.string(),
});

/** @throws {$ZodError} if it is not a record. */
export function parseRecord(value: unknown): RunRecord {
  return schema.parse(value);
}

function keysOf<Key extends string>(of: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(of) as Key[];
}
