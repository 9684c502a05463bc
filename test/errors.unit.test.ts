import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DrydockError } from '../src/errors.ts';

test('a copy of an error keeps what it is not told', () => {
  const cause = new Error('disk');
  const error = new DrydockError('PREFLIGHT', { what: 'No room', next: 'Free space', cause });
  const copy = error.with({ code: 'BUSY', state: 'Nothing was changed' });
  const { code, what, state, next } = copy;
  assert.deepEqual(
    { code, what, state, next },
    { code: 'BUSY', what: 'No room', state: 'Nothing was changed', next: 'Free space' },
  );
  assert.equal(copy.cause, cause);
  assert.equal(copy.message, 'No room. Nothing was changed. Free space.');
  assert.equal(error.state, undefined);
});

test('what is undefined is not told', () => {
  const error = new DrydockError('PREFLIGHT', { what: 'No room', next: 'Free space' });
  assert.equal(error.with({ next: undefined, what: 'Full' }).message, 'Full. Free space.');
});
