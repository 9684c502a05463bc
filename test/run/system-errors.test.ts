/** The system refuses something: a sentence that names it, the code that says the data is unchanged, and no stack. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentAsLeft } from '../harness/dump.ts';
import { itemsRevisions, place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { nothingChanged } from '../harness/sentences.ts';
import { faulting } from '../harness/strace.ts';
import { missingTools } from '../harness/tools.ts';

const options = { skip: missingTools(['strace']) ?? false };

for (const [code, says] of [
  ['EDQUOT', /volume failed during the run: EDQUOT: disk quota exceeded/],
  ['ESTALE', /volume failed during the run: ESTALE: stale file handle/],
  ['ENOLCK', /volume failed during the run: ENOLCK: no locks available/],
  ['EFBIG', /volume failed during the run: EFBIG/],
  ['ENOMEM', /not enough memory: ENOMEM/],
] as const) {
  test(`honest exit: ${code} in a call of the run's own ends with 12`, options, async (t) => {
    const here = place(t);
    const before = contentAsLeft(here.database);
    const refused = await here.run(['upgrade'], { under: faulting(`mkdir:error=${code}`, `${here.database}.drydock`) });
    assertRefusal(refused, 12, says, /database is unchanged/);
    assert.doesNotMatch(refused.error, /Unknown system error/);
    assert.equal(contentAsLeft(here.database), before);
    assert.equal((await here.run(['upgrade'])).code, 0);
  });
}

for (const code of ['EDQUOT', 'ENOMEM']) {
  test(`honest exit: ${code} if a command only reads ends with 12`, options, async (t) => {
    const here = place(t);
    const refused = await here.run(['current'], { under: faulting(`openat:error=${code}`, here.database) });
    assertRefusal(refused, 12, new RegExp(code), nothingChanged);
  });
}

test('honest exit: a file size limit in the middle of a run ends with 12', async (t) => {
  const grow = 'CREATE TABLE big (a); INSERT INTO big VALUES (zeroblob(3000000));';
  const revisions = {
    ...itemsRevisions,
    '002_stock.sql': `-- revision: 002_stock\n-- revises: 001_items\n-- migrate:up\n${grow}\n-- migrate:down\n`,
  };
  const here = place(t, { revisions });
  const before = contentAsLeft(here.database);
  // In blocks of 1024 bytes: the database and its snapshot fit.
  const refused = await here.run(['upgrade'], { under: ['bash', '-c', 'ulimit -f 1000; exec "$@"', 'limited'] });
  assertRefusal(refused, 12, /database is unchanged/);
  assert.equal(contentAsLeft(here.database), before);
});
