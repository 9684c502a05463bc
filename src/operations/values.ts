import { DrydockError } from '../errors.ts';

/** A value that a revision passes for a column or a parameter. */
export type SqlValue = string | number | bigint | boolean | null | Uint8Array;

/**
 * A value in the form that SQLite should store. The driver binds every number as a float, which would turn 5 into '5.0' in a
 * TEXT column; a boolean becomes 1 or 0, as SQLAlchemy stores it.
 *
 * @param where The parameter or column, for the error.
 * @throws {DrydockError} For undefined, NaN, a Date and anything else that SQLite has no type for.
 */
export function bindable(value: unknown, where: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && !Number.isNaN(value)) {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
  }
  if (value instanceof Uint8Array) return value;
  throw new DrydockError('REVISION_FAILED', {
    what: `SQLite has no type for the value of ${where}: ${value instanceof Date ? 'a Date' : String(value)}`,
    next: 'Give a string, a number, a bigint, a boolean, null or bytes; a date as the text that the other rows have',
  });
}

/** A statement's parameters: positional, or one object with named ones. */
export function bindableParams(params: readonly unknown[]): unknown[] {
  return params.map((param, index) => {
    if (!isNamed(param)) return bindable(param, `parameter ${index + 1}`);
    return Object.fromEntries(Object.entries(param).map(([name, value]) => [name, bindable(value, `:${name}`)]));
  });
}

function isNamed(param: unknown): param is Record<string, unknown> {
  return param !== null && typeof param === 'object' && Object.getPrototypeOf(param) === Object.prototype;
}
