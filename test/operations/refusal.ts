import assert from 'node:assert/strict';
import { DrydockError } from '../../src/errors.ts';

/** For assert.throws: an error of the revision, with a sentence. */
export const refused = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DrydockError, String(error));
  assert.equal(error.code, 'REVISION_FAILED');
  assert.match(error.message, pattern);
  return true;
};
