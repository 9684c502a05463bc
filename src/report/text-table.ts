/** Columns that align, without frames, for terminals and pipes alike. */
import Table from 'cli-table3';
import { shortened, visible } from '../visible.ts';

const noFrame = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** One long name would make every line as long. All of it is in the JSON. */
const widestCell = 200;

/** @param rows One array of cells for each line. @param right Indexes of the columns that align to the right. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const cells = rows.map((row) => row.map((cell) => shortened(visible(cell), widestCell)));
  const lines = [head, ...cells].every(isPlain) ? alignPlain(head, cells, right) : alignAny(head, cells, right);
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Each character of such text is as wide as any other. */
function isPlain(cells: readonly string[]): boolean {
  return cells.every((cell) => /^[ -~]*$/.test(cell));
}

/** What the library does, without what it costs where there are hundreds of rows. */
function alignPlain(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): readonly string[] {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines.map((cells) =>
    cells
      .map((cell, column) => cell[right.includes(column) ? 'padStart' : 'padEnd'](widths[column] ?? 0))
      .join(noFrame.middle),
  );
}

function alignAny(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): readonly string[] {
  const table = new Table({
    head: [...head],
    chars: noFrame,
    colAligns: head.map((_, index) => (right.includes(index) ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString().split('\n');
}
