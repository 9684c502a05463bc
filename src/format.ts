/** Quantities as people read them. */
import bytes from 'bytes';

export function describeBytes(count: number): string {
  return bytes.format(count, { unitSeparator: ' ', decimalPlaces: 1 }) ?? `${count} bytes`;
}

export function describeRevisions(ids: readonly string[]): string {
  return ids.length === 0 ? 'base' : ids.join(', ');
}
