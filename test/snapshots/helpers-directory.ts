/** What the quick and the long tests of this subject share. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Listed, type Place, place } from '../harness/place.ts';

export const elsewhere = 'snapshots:\n  directory: ../backup/app\n';

export function placeWithBackup(
  t: TestContext,
  mode: 'delete' | 'wal' = 'delete',
): Place & { readonly backup: string } {
  const here = place(t, { mode, config: elsewhere });
  mkdirSync(join(here.root, 'backup'));
  return { ...here, backup: join(here.root, 'backup', 'app') };
}

/** A restore in a job may have to be agreed to. */
export const yes: readonly string[] = ['--yes'];

/** As the command finds them. */
export async function listed({ run }: Place): Promise<readonly Listed[]> {
  return (await run(['snapshot', 'list', '--json'])).json<{ snapshots: Listed[] }>().snapshots;
}
