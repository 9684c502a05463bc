import type { QueryPort } from '../files/query-port.ts';

/** The table of each root page: its own, or that of its index. */
export function tablesByRoot(port: QueryPort): Map<number, string> {
  const rows = port.iterate('SELECT rootpage, tbl_name FROM main.sqlite_schema WHERE rootpage > 0');
  return new Map([...rows].map(([root, table]) => [Number(root), String(table)]));
}
