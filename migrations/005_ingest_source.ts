import type { Operations } from '../src/operations/operations.ts';

export const revision = '005_ingest_source';
export const revises = '004_indexes';
export const message = 'where a comment came in from, known for every one';

/**
 * Nullable, then filled, then NOT NULL: the steps by which a column becomes mandatory on a table with rows. The default
 * keeps the ingester of today at work, whose INSERTs do not name the column.
 */
export function upgrade(op: Operations): void {
  op.addColumn('comments', op.column.string('ingest_source', 20, { default: "'ingester'" }));
  op.execute("UPDATE comments SET ingest_source = 'legacy'");
  op.alterColumn('comments', 'ingest_source', { nullable: false });
}

export function downgrade(op: Operations): void {
  op.dropColumn('comments', 'ingest_source');
}
