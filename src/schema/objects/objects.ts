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
  /** What it has as text in double quotes, in single ones; SQLite reads it here as names. */
  readonly texts?: readonly string[];
  /** What only the application has, and no stub can stand for, so that it is not known whether the object compiles. */
  readonly unseen?: string;
}

/**
 * Why an object does not mean what it meant; undefined if it does, or did not compile before. A name whose column is gone
 * is text for an application that accepts text in double quotes.
 */
export function newComplaint(before: CompiledObject, after: CompiledObject): string | undefined {
  if (before.complaint !== undefined) return undefined;
  const text = after.texts?.find((one) => before.texts?.includes(one) !== true);
  return after.complaint ?? (text === undefined ? undefined : `a name in it would be the text ${text} now`);
}

/** `the view totals`, `the foreign key of orders to people`. */
export function describeObject({ kind, name, parent }: SchemaObject): string {
  return kind === 'foreign key' ? `the foreign key of ${name} to ${parent}` : `the ${kind} ${name}`;
}

/** A cheap look, so that most schemas need no database in memory. */
export function mayHaveObjects({ type, sql }: SchemaRow): boolean {
  return type === 'view' || type === 'trigger' || (type === 'table' && /\breferences\b/i.test(sql));
}
