/** Something else stands under a name of Drydock's: each sort of thing in the place of each file. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { placeWithSnapshot } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { idsIn } from '../harness/restorable.ts';
import type { Part } from '../harness/scene.ts';
import { needsTools } from '../harness/tools.ts';

type Kind = 'pipe' | 'folder' | 'socket' | 'link';

function put(t: TestContext, kind: Kind, path: string): void {
  rmSync(path, { recursive: true, force: true });
  if (kind === 'pipe') spawnSync('mkfifo', [path]);
  if (kind === 'folder') mkdirSync(path);
  if (kind === 'link') symlinkSync('/dev/zero', path);
  if (kind !== 'socket') return;
  const server = createServer().listen(path);
  t.after(() => server.close());
}

const said: Readonly<Record<Kind, RegExp>> = {
  pipe: /is a named pipe/,
  folder: /is a folder/,
  socket: /is a socket/,
  link: /is a symbolic link/,
};

const kinds: readonly Kind[] = ['pipe', 'folder', 'socket', 'link'];

/** Each file in one of the ways, each way at some file; and all others in the rest. */
export function wrongKindTests(part: Part): void {
  for (const kind of kinds) {
    test(
      `honest exit: a ${kind} where a file of ours belongs is named at once, with 12 (${part})`,
      needsTools('mkfifo'),
      async (t) => {
        const here = await placeWithSnapshot(t);
        const work = `${here.database}.drydock`;
        const [id = ''] = idsIn(here.snapshots);
        const [record = ''] = readdirSync(join(work, 'runs'));
        const names = ['run.json', 'run.json.tmp', 'owner.json', 'runner.lock', 'working-copy.db', `runs/${record}`];
        const before = readFileSync(here.database);
        const all = [
          ...names.map((name) => join(work, name)),
          join(here.snapshots, `${id}.json`),
          join(here.snapshots, `${id}.tmp`),
          join(here.snapshots, `${id}.db`),
        ];
        // Each file in the one way or the other.
        const spoilt = all.filter((_, index) => (kinds[index % kinds.length] === kind) === (part === 'default'));
        for (const path of spoilt) {
          const was = existsSync(path) ? readFileSync(path) : undefined;
          put(t, kind, path);
          const refused = await here.run(['upgrade']);
          assertRefusal(refused, 12, said[kind]);
          assert.ok(refused.error.includes(path), refused.error);
          if (path.endsWith('.db') && path.startsWith(here.snapshots)) {
            assertRefusal(await here.run(['snapshot', 'restore', id]), 12, /\.db is a /);
            assertRefusal(await here.run(['snapshot', 'verify', id]), 12, /\.db is a /);
          }
          if (path.includes('/runs/')) assertRefusal(await here.run(['report', record.slice(20, 28)]), 2, said[kind]);
          rmSync(path, { recursive: true });
          if (was !== undefined) writeFileSync(path, was);
        }
        assert.deepEqual(readFileSync(here.database), before);
        assert.equal((await here.run(['upgrade'])).code, 0);
      },
    );
  }
}
