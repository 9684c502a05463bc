import type { Operations } from '../src/operations/operations.ts';

export const revision = '002_weighted_sentiment';
export const revises = '001_initial';
export const message = 'likes of the comment itself, and the sentiment weighted by them';

export function upgrade(op: Operations): void {
  op.addColumn('comments', op.column.integer('comment_likes'));
  op.execute('UPDATE comments SET comment_likes = likes');
  op.addColumn('comments', op.column.float('weighted_sentiment'));

  // Revision 001 makes this column today. A table that the Python ingester made before lacks it.
  if (!op.columnNames('comments').includes('post_caption')) {
    op.addColumn('comments', op.column.text('post_caption'));
  }
}

/**
 * post_caption stays: it belongs to 001, wherever it was made. What is in weighted_sentiment is lost, and the analysis
 * computes it again. On a database that the ingester made, the way up puts the two columns behind post_caption, so the
 * order of columns may differ from what it was; nothing reads comments by position.
 */
export function downgrade(op: Operations): void {
  op.dropColumn('comments', 'weighted_sentiment');
  op.dropColumn('comments', 'comment_likes');
}
