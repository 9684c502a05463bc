/** Aligned columns without frames, for terminals and pipes alike. */
import stringWidth from 'string-width';
import { shortened, visible } from '../visible.ts';

/** One long name would make every line as long. The JSON output has it in full. */
const widestCell = 200;

/** @param rows One array of cells per line. @param right Indexes of the columns that are aligned to the right. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const lines = [head, ...rows.map((row) => row.map((cell) => shortened(visible(cell), widestCell)))];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => widthOf(cells[column] ?? ''))));
  return lines.map((cells) => cells.map(aligned).join('  ').trimEnd()).join('\n');

  function aligned(cell: string, column: number): string {
    const padding = ' '.repeat((widths[column] ?? 0) - widthOf(cell));
    return right.includes(column) ? padding + cell : cell + padding;
  }
}

/** A terminal shows a CJK character in two columns, and a combining accent in none. */
function widthOf(cell: string): number {
  return /^[ -~]*$/.test(cell) ? cell.length : stringWidth(cell);
}
