/** Separate from the type, so that code that needs only the type does not load zod. */
import * as z from 'zod/mini';
import { snapshotReasons } from './reasons.ts';

export const manifestSchema = z.strictObject({
  format: z.literal(1),
  id: z.string().check(z.regex(/^[0-9]{8}T[0-9]{9}Z-[0-9a-f]{8}$/)),
  database: z.string(),
  reason: z.enum(snapshotReasons),
  runId: z.string(),
  revision: z.array(z.string()),
  createdAt: z.iso.datetime(),
  sha256: z.string(),
  contentSha256: z.string(),
  bytes: z.int(),
  pageCount: z.int(),
  pageSize: z.int(),
  journalMode: z.string().check(z.regex(/^(delete|truncate|persist|memory|off|wal)$/)),
  integrity: z.enum(['ok', 'damaged', 'not checked']),
  // Earlier versions wrote neither.
  lastRun: z.optional(z.nullable(z.string())),
  rows: z.optional(z.int()),
  toolVersion: z.string(),
  sqliteVersion: z.string(),
});
