/** Makes a database in the shape of et_intelligence, of any size, the same every time. */
import Database from 'better-sqlite3';

/** At about 333 bytes a comment with its share of the indexes, 3 million comments are 1 GB. */
const commentsPerMegabyte = 3_000;

export const baseRevision = 'b1_comments';

export const commentColumns = `
  comment_id VARCHAR(50) NOT NULL, platform VARCHAR(20), username VARCHAR(200), comment_text TEXT, timestamp DATETIME,
  likes INTEGER, post_id VARCHAR(50), post_subject VARCHAR(200), post_url VARCHAR(500), primary_emotion VARCHAR(50),
  sentiment_score FLOAT, is_sarcastic INTEGER, secondary_emotions TEXT, mentioned_entities TEXT, comment_likes INTEGER,
  weighted_sentiment FLOAT, post_caption TEXT, PRIMARY KEY (comment_id)`;

const schema = `
CREATE TABLE alembic_version (
  version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('${baseRevision}');`;

/** How many tables of comments a database has. */
export type TableCount = 1 | 20;

const indexesOf = (table: string) => `
CREATE INDEX idx_${table}_timestamp ON ${table} (timestamp);
CREATE INDEX idx_${table}_platform ON ${table} (platform);
CREATE INDEX idx_${table}_post_id ON ${table} (post_id);`;

export const indexes = indexesOf('comments');

const words =
  'honestly this season was better than expected and the last episode had me in tears wow 😭 no idea why people hate it'.split(
    ' ',
  );
const emotions = ['joy', 'anger', 'sadness', 'surprise', 'neutral', 'disgust'];
const firstTimestampMs = Date.UTC(2023, 0, 1);

export function commentsIn(megabytes: number): number {
  return Math.round(megabytes * commentsPerMegabyte);
}

/** @param tables The first is called comments; all have as many. */
export function generateDatabase(path: string, megabytes: number, tables: TableCount): void {
  const comments = commentsIn(megabytes / tables);
  const db = new Database(path);
  try {
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    db.pragma('cache_size = -262144');
    db.exec(schema);
    const random = randomNumbers(20_260_101);
    for (let number = 1; number <= tables; number += 1) {
      const table = number === 1 ? 'comments' : `comments_${number}`;
      db.exec(`CREATE TABLE ${table} (${commentColumns}\n)`);
      const insert = db.prepare(`INSERT INTO ${table} VALUES (${Array(17).fill('?').join(', ')})`);
      db.transaction(() => {
        for (let index = 0; index < comments; index += 1) insert.run(...comment(index, random));
      })();
      db.exec(indexesOf(table));
    }
    // The mode that a new database has: OFF is a setting of this connection only, but WAL would stay.
    db.pragma('journal_mode = DELETE');
  } finally {
    db.close();
  }
}

function comment(index: number, random: () => number): (string | number | null)[] {
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? '';
  const text = Array.from({ length: 8 + Math.floor(random() * 24) }, () => pick(words)).join(' ');
  const post = Math.floor(index / 400);
  const likes = Math.floor(random() ** 6 * 5000);
  // The oldest rows were never scored.
  const score = index % 20 === 0 ? null : Math.round(random() * 2000 - 1000) / 1000;
  return [
    String(17_841_400_000_000_000n + BigInt(index) * 7919n),
    index % 7 === 0 ? 'youtube' : 'instagram',
    `user_${Math.floor(random() * 200_000)}`,
    text,
    new Date(firstTimestampMs + index * 31_000).toISOString().replace('T', ' ').replace('Z', '000'),
    likes,
    `post_${post}`,
    `Subject ${post % 50}`,
    '',
    pick(emotions),
    score,
    random() < 0.1 ? 1 : 0,
    "['joy']",
    null,
    likes,
    score === null ? null : score * Math.log1p(likes),
    null,
  ];
}

/** The Lehmer generator of Park and Miller: the same numbers on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
