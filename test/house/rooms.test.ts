/** The arrows of docs/architecture.md: a room imports only from rooms below it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../harness/files.ts';

/** From the ground up. Rooms of one line do not import each other. */
const order = [
  ['system-errors.ts', 'faults.ts', 'version.ts', 'visible.ts', 'format.ts'],
  ['errors.ts'],
  ['stop.ts'],
  ['config'],
  ['files'],
  ['schema'],
  ['revisions'],
  ['autogenerate', 'operations', 'lock'],
  ['checks'],
  ['engine'],
  ['shadow', 'snapshots'],
  ['events.ts'],
  ['records'],
  ['run'],
  ['drift', 'lint'],
  ['plan'],
  ['script'],
  ['report', 'doctor'],
  ['api'],
  ['daemon'],
  ['cli'],
  ['index.ts'],
];

/** Plain values that say what a run is asked, tells and answers. Rooms below may name their types. */
const contracts = ['events.ts', 'run/outcome.ts', 'plan/loss.ts'];

const src = join(projectRoot, 'src');
const heights = new Map(order.flatMap((rooms, height) => rooms.map((room) => [room, height] as const)));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly kind: 'value' | 'type';
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  const statements =
    /(?:^|\n)\s*(?:import|export)\s+(?<type>type\s)?(?<names>[^'";]*?)\s*from\s+'(?<static>\.[^']+)'|(?<typeof>typeof )?import\('(?<dynamic>\.[^']+)'\)/g;
  return [...text.matchAll(statements)].map(({ groups = {} }) => {
    const target = groups['static'] ?? groups['dynamic'] ?? '';
    const names = (groups['names'] ?? '')
      .replace(/[{}\s]+/g, ' ')
      .split(',')
      .filter((name) => name.trim() !== '');
    const isType =
      groups['type'] !== undefined ||
      groups['typeof'] !== undefined ||
      (groups['dynamic'] === undefined && names.length > 0 && names.every((name) => /^\s*type /.test(name)));
    return { from: file, to: relative(src, join(src, dirname(file), target)), kind: isType ? 'type' : 'value' };
  });
}

function roomOf(file: string): string {
  return file.split(sep)[0] ?? file;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

test('each room has its place in the order, and each place a room', () => {
  assert.deepEqual([...new Set(files.map(roomOf))].sort(), [...heights.keys()].sort());
});

test('a room imports only from rooms below it', () => {
  const upward = files.flatMap(importsOf).filter(({ from, to, kind }) => {
    if (to === join('..', 'package.json')) return false;
    const [own, other] = [heights.get(roomOf(from)) ?? Number.NaN, heights.get(roomOf(to)) ?? Number.NaN];
    if (roomOf(from) === roomOf(to) || own > other) return false;
    return !(kind === 'type' && contracts.includes(to));
  });
  assert.deepEqual(
    upward.map(({ from, to, kind }) => `${from} imports ${to} (${kind})`),
    [],
  );
});
