import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { configJsonSchema } from '../../src/config/json-schema.ts';

test('config/drydock.schema.json is what `node src/config/json-schema.ts` prints', () => {
  const file = path.resolve(import.meta.dirname, '../../config/drydock.schema.json');
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(JSON.stringify(configJsonSchema())));
});
