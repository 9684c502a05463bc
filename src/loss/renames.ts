import { parseStmt } from 'sqlite3-parser';

/** What an ALTER TABLE … RENAME renames. */
export type Rename =
  | { readonly table: string; readonly to: string }
  | { readonly table: string; readonly column: string; readonly to: string };

/** Undefined for every other statement. */
export function renameIn(sql: string): Rename | undefined {
  const parsed = parseStmt(sql);
  // What it cannot read is no rename: those it knows in every form.
  if (parsed.status !== 'ok' || parsed.root.type !== 'AlterTableStmt') return undefined;
  const { tblName, body } = parsed.root;
  const table = tblName.objName.text;
  if (body.type === 'RenameToAlterTableBody') return { table, to: body.name.text };
  if (body.type === 'RenameColumnAlterTableBody') return { table, column: body.old.text, to: body.new.text };
  return undefined;
}
