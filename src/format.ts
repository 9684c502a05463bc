/** Quantities as people read them. */
import bytes from 'bytes';
import type { SpaceEstimate } from './run/outcome.ts';

export function describeBytes(count: number): string {
  return bytes.format(count, { unitSeparator: ' ', decimalPlaces: 1 }) ?? `${count} bytes`;
}

/** No sentence yet. */
export function describeSpace({ neededBytes, freeBytes, snapshots }: SpaceEstimate): string {
  const beside = `the run needs about ${describeBytes(neededBytes)}, and ${describeBytes(freeBytes)} are free`;
  if (snapshots === undefined) return beside;
  return `${beside}; for its snapshot about ${describeBytes(snapshots.neededBytes)}, and ${describeBytes(snapshots.freeBytes)} are free there`;
}

export function describeRevisions(ids: readonly string[]): string {
  return ids.length === 0 ? 'base' : ids.join(', ');
}
