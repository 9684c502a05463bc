/** The kinds of the whole job: what Drydock gets as a revision, and the script as SQL. */
import type Database from 'better-sqlite3';
import { baseRevision, commentColumns, indexes, type TableCount } from './generate.ts';

export interface Job {
  readonly title: string;
  /** Into how many tables of the same size the comments are divided; the first of them is changed. */
  readonly tables: TableCount;
  /** What the ratio to the script is to be at most. */
  readonly aim: number;
  /** What the script runs in one transaction. */
  readonly sql: string;
  /** What Drydock runs. */
  readonly revision: { readonly extension: 'sql' | 'ts'; readonly text: string };
  isDone(db: Database.Database, comments: number): boolean;
}

const addSql = 'ALTER TABLE comments ADD COLUMN engagement_score FLOAT;\n';

const fillSql = `${addSql}UPDATE comments SET engagement_score = coalesce(likes, 0) * (1 + coalesce(sentiment_score, 0));
CREATE INDEX idx_comments_engagement ON comments (engagement_score);
`;

/** The steps of https://sqlite.org/lang_altertable.html#otheralter that this table needs. */
const rebuildSql = `CREATE TABLE comments_new (${commentColumns.replace('likes INTEGER', 'likes BIGINT')}
);
INSERT INTO comments_new SELECT * FROM comments;
DROP TABLE comments;
ALTER TABLE comments_new RENAME TO comments;${indexes}
`;

export const jobs = {
  one: {
    title: 'fill a column of one table in 20',
    tables: 20,
    aim: 0.5,
    sql: fillSql,
    revision: sqlRevision(fillSql),
    isDone: isFilled,
  },
  add: {
    title: 'add a column',
    tables: 1,
    aim: 0.75,
    sql: addSql,
    revision: sqlRevision(addSql),
    isDone: (db) => has(db, 'engagement_score', 'FLOAT'),
  },
  fill: {
    title: 'add a column, fill it, index it',
    tables: 1,
    aim: 0.95,
    sql: fillSql,
    revision: sqlRevision(fillSql),
    isDone: isFilled,
  },
  rebuild: {
    title: 'rebuild the table in SQL',
    tables: 1,
    aim: 0.85,
    sql: rebuildSql,
    revision: sqlRevision(rebuildSql),
    isDone: isRebuilt,
  },
  alter: {
    title: 'rebuild the table by `op.alterColumn`',
    tables: 1,
    aim: 0.85,
    sql: rebuildSql,
    revision: {
      extension: 'ts',
      text: `export const revision = 'b2_job';
export const revises = '${baseRevision}';
export function upgrade(op) {
  op.alterColumn('comments', 'likes', { type: 'BIGINT' });
}
export function downgrade(op) {
  op.alterColumn('comments', 'likes', { type: 'INTEGER' });
}
`,
    },
    isDone: isRebuilt,
  },
} as const satisfies Record<string, Job>;

export type JobKind = keyof typeof jobs;
export const jobKinds = Object.keys(jobs) as JobKind[];

function sqlRevision(sql: string): Job['revision'] {
  const text = `-- revision: b2_job\n-- revises: ${baseRevision}\n-- migrate:up\n${sql}-- migrate:down\n`;
  return { extension: 'sql', text };
}

function isFilled(db: Database.Database, comments: number): boolean {
  return db.prepare('SELECT count(engagement_score) FROM comments').pluck().get() === comments && indexCount(db) === 4;
}

function isRebuilt(db: Database.Database, comments: number): boolean {
  const count = db.prepare('SELECT count(*) FROM comments').pluck().get();
  return count === comments && has(db, 'likes', 'BIGINT') && indexCount(db) === 3;
}

function has(db: Database.Database, column: string, type: string): boolean {
  const found = db.prepare("SELECT type FROM pragma_table_info('comments') WHERE name = ?").pluck().get(column);
  return found === type;
}

/** Those that were made by name. */
function indexCount(db: Database.Database): unknown {
  return db.prepare("SELECT count(*) FROM pragma_index_list('comments') WHERE origin = 'c'").pluck().get();
}
