-- revision: 001_initial
-- message: the comments table with its three indexes

-- migrate:up
CREATE TABLE comments (
  comment_id VARCHAR(50) NOT NULL PRIMARY KEY,
  platform VARCHAR(20),
  username VARCHAR(200),
  comment_text TEXT,
  timestamp DATETIME,
  likes INTEGER,
  post_id VARCHAR(50),
  post_subject VARCHAR(200),
  post_url VARCHAR(500),
  post_caption TEXT,
  primary_emotion VARCHAR(50),
  sentiment_score FLOAT,
  is_sarcastic INTEGER,
  secondary_emotions TEXT,
  mentioned_entities TEXT
);

CREATE INDEX idx_comments_timestamp ON comments (timestamp);
CREATE INDEX idx_comments_platform ON comments (platform);
CREATE INDEX idx_comments_post_id ON comments (post_id);

-- migrate:down
-- expect: rows comments dropped
DROP TABLE comments;
