import { parseStmt } from '../schema/parse.ts';

/** What a statement does to the name of a table or a column; one that is dropped has none any more. */
export interface NameChange {
  readonly table: string;
  /** Undefined where it is the table's own name. */
  readonly column: string | undefined;
  readonly to: string | undefined;
}

/** Undefined for every other statement. */
export function nameChangeIn(sql: string): NameChange | undefined {
  const parsed = parseStmt(sql);
  // What it cannot read is none of them: those it knows in every form.
  if (parsed.status !== 'ok') return undefined;
  if (parsed.root.type === 'DropTableStmt')
    return { table: parsed.root.tblName.objName.text, column: undefined, to: undefined };
  if (parsed.root.type !== 'AlterTableStmt') return undefined;
  const { tblName, body } = parsed.root;
  const table = tblName.objName.text;
  if (body.type === 'RenameToAlterTableBody') return { table, column: undefined, to: body.name.text };
  if (body.type === 'RenameColumnAlterTableBody') return { table, column: body.old.text, to: body.new.text };
  if (body.type === 'DropColumnAlterTableBody') return { table, column: body.column.text, to: undefined };
  return undefined;
}
