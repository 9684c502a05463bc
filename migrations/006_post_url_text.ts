import type { Operations } from '../src/operations/operations.ts';

export const revision = '006_post_url_text';
export const revises = '005_ingest_source';
export const message = 'post_url as TEXT, since links outgrow 500 characters';

export function upgrade(op: Operations): void {
  op.alterColumn('comments', 'post_url', { type: 'TEXT' });
}

/** SQLite does not enforce the 500, so that longer links survive the way down too. */
export function downgrade(op: Operations): void {
  op.alterColumn('comments', 'post_url', { type: 'VARCHAR(500)' });
}
