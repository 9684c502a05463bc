/** What the quick and the long tests of this subject share. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { copyOfMade } from '../harness/files.ts';
import { idsIn, makeRestorable, type Restorable, restorableAt } from '../harness/restorable.ts';

export interface Stock extends Restorable {
  readonly newest: string;
  readonly file: string;
  readonly manifest: string;
}

/** A database with a snapshot of 001 and a newer one of 002. */
export async function stocked(t: TestContext): Promise<Stock> {
  const root = await copyOfMade(t, 'stocked', async (folder) => {
    const created = await (await makeRestorable(folder, 'delete')).run(['snapshot', 'create']);
    assert.equal(created.code, 0, created.stderr);
  });
  const it = restorableAt(root);
  const [, id = 'none'] = idsIn(it.snapshots);
  const path = (kind: string) => join(it.snapshots, `${id}.${kind}`);
  return { ...it, newest: id, file: path('db'), manifest: path('json') };
}
