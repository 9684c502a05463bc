import type { SchemaRow } from '../read-schema.ts';

/** A part of a schema that names other parts. SQLite resolves those names only when it is used. */
export interface SchemaObject {
  readonly kind: 'view' | 'trigger' | 'foreign key';
  /** The view, the trigger, or the table that has the foreign key. */
  readonly name: string;
  /** The table that a foreign key refers to. */
  readonly parent?: string;
}

export interface CompiledObject extends SchemaObject {
  /** SQLite's message; undefined if it compiles. */
  readonly complaint: string | undefined;
}

/** `the view totals`, `the foreign key of orders to people`. */
export function describeObject({ kind, name, parent }: SchemaObject): string {
  return kind === 'foreign key' ? `the foreign key of ${name} to ${parent}` : `the ${kind} ${name}`;
}

/** A cheap look, so that most schemas need no database in memory. */
export function mayHaveObjects({ type, sql }: SchemaRow): boolean {
  return type === 'view' || type === 'trigger' || (type === 'table' && /\breferences\b/i.test(sql));
}
