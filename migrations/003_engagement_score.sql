-- revision: 003_engagement_score
-- revises: 002_weighted_sentiment
-- message: a score of engagement for each comment, empty until it is computed

-- migrate:up
ALTER TABLE comments ADD COLUMN engagement_score FLOAT;

-- migrate:down
ALTER TABLE comments DROP COLUMN engagement_score;
