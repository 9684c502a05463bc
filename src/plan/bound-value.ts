import { quoteText } from '../schema/quote.ts';

/** A bound value as SQL, for people; named values include their names. */
export function describeParameter(value: unknown): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return value.includes('\0') ? JSON.stringify(value) : quoteText(value);
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, each]) => `${name} = ${describeParameter(each)}`)
    .join(', ');
}
