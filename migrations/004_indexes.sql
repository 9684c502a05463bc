-- revision: 004_indexes
-- revises: 003_engagement_score
-- message: an index on the sentiment, and those of 001 where they are missing

-- A database whose table the ingester made was stamped with 001 and never got its indexes.

-- migrate:up
CREATE INDEX IF NOT EXISTS idx_comments_timestamp ON comments (timestamp);
CREATE INDEX IF NOT EXISTS idx_comments_platform ON comments (platform);
CREATE INDEX IF NOT EXISTS idx_comments_post_id ON comments (post_id);
CREATE INDEX idx_comments_sentiment ON comments (sentiment_score);

-- migrate:down
-- The other three belong to 001, so that a database at 003 has them. On a stamped one they stay behind, as they should
-- have been there from the start.
DROP INDEX idx_comments_sentiment;
