/**
 * Values as SQL in a script. Each yields exactly the value and, like a bound parameter, has no affinity, which a CAST would
 * have (https://sqlite.org/datatype3.html#affinity_of_expressions).
 */
import { invariant } from '../errors.ts';
import { quoteText } from '../schema/quote.ts';

export function sqlLiteral(value: unknown): string {
  const sql = unbracketed(value);
  // After a minus sign, its own would begin a comment.
  return sql.startsWith('-') ? `(${sql})` : sql;
}

function unbracketed(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'number':
      return real(value);
    case 'string':
      return text(value);
    default:
      if (value === null) return 'NULL';
      invariant(value instanceof Uint8Array, `a parameter of type ${typeof value}`);
      return blob(value);
  }
}

function blob(bytes: Uint8Array): string {
  return `x'${Buffer.from(bytes).toString('hex')}'`;
}

/**
 * SQL ends at a NUL, and the sqlite3 shell drops a carriage return at the end of a line. A CAST of bytes would be read in
 * the encoding of the database, which may be UTF-16; char() works in any encoding.
 */
function text(value: string): string {
  // An older SQLite limits a function to 127 arguments. https://sqlite.org/limits.html#max_function_arg
  const parts = value.split(/([\0\r]{1,100})/).filter((part) => part !== '');
  const pieces = parts.map((part) => (/^[\0\r]/.test(part) ? characters(part) : quoteText(part)));
  return pieces.length === 0 ? quoteText(value) : joined(pieces);
}

function characters(controls: string): string {
  return `char(${[...controls].map((control) => control.charCodeAt(0)).join(', ')})`;
}

/**
 * Joined in halves, since an expression may be 1000 levels deep and a text can have more lines.
 * https://sqlite.org/limits.html#max_expr_depth
 */
function joined(pieces: readonly string[]): string {
  if (pieces.length === 1) return pieces.join();
  const middle = Math.ceil(pieces.length / 2);
  return `(${joined(pieces.slice(0, middle))} || ${joined(pieces.slice(middle))})`;
}

/**
 * A decimal if it is exactly the number; otherwise a fraction of integers, which no SQLite can round to a neighbouring
 * number.
 */
function real(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '9e999' : '-9e999';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const { mantissa, exponent } = parts(value);
  if (isExact(String(value), mantissa, exponent)) return String(value);
  const factor = exponent < 0 ? '/' : '*';
  const powers = Array.from({ length: Math.ceil(Math.abs(exponent) / 62) }, (_, index) => {
    const power = Math.min(62, Math.abs(exponent) - 62 * index);
    return ` ${factor} (${2n ** BigInt(power)} * 1.0)`;
  });
  return `(${mantissa} * 1.0${powers.join('')})`;
}

/** The value as an odd integer times a power of two. https://en.wikipedia.org/wiki/Double-precision_floating-point_format */
function parts(value: number): { mantissa: bigint; exponent: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const all = bits.getBigUint64(0);
  const biased = Number((all >> 52n) & 0x7ffn);
  const fraction = all & 0xfffffffffffffn;
  let mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  let exponent = (biased === 0 ? 1 : biased) - 1075;
  while (mantissa % 2n === 0n) {
    mantissa /= 2n;
    exponent += 1;
  }
  return { mantissa: value < 0 ? -mantissa : mantissa, exponent };
}

/** Whether a decimal of at most 15 digits is exactly the value, not a rounding of it. */
function isExact(decimal: string, mantissa: bigint, exponent: number): boolean {
  const [, whole, digits] = /^(-?\d+)\.(\d+)$/.exec(decimal) ?? [];
  if (whole === undefined || digits === undefined || decimal.length > 16 || exponent >= 0) return false;
  return BigInt(whole + digits) * 2n ** BigInt(-exponent) === mantissa * 10n ** BigInt(digits.length);
}
