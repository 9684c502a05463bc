-- revision: 007_entity_tracking
-- revises: 006_post_url_text
-- message: which people and shows each comment speaks of

-- migrate:up
CREATE TABLE entity_tracking (
  entity_id INTEGER PRIMARY KEY,
  comment_id VARCHAR(50) NOT NULL REFERENCES comments(comment_id) ON DELETE CASCADE,
  entity_name VARCHAR(200) NOT NULL,
  entity_type VARCHAR(50) NOT NULL,
  is_explicit INTEGER NOT NULL DEFAULT 0,
  first_seen DATETIME,
  UNIQUE (comment_id, entity_name)
);

CREATE INDEX idx_entity_tracking_entity_name ON entity_tracking (entity_name);

-- migrate:down
-- expect: rows entity_tracking dropped
DROP TABLE entity_tracking;
