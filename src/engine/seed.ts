/** What a shadow database begins with, as a plain value that can be sent between processes. */
import type { StoredSchema } from '../schema/read-schema.ts';

export type Seed =
  /** Statements of a person, in an order in which they can run. */
  | { readonly kind: 'script'; readonly statements: readonly string[] }
  /** The schema of a database, taken over as it is stored, and INSERT statements. */
  | { readonly kind: 'database'; readonly schema: StoredSchema; readonly rows: readonly string[] };

export const emptySeed: Seed = { kind: 'script', statements: [] };
