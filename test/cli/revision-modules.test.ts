/** Revisions in TypeScript and JavaScript, in projects as people have them. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { versions } from '../harness/dump.ts';
import { sqlRevision } from '../harness/files.ts';
import { project } from '../harness/project.ts';

const module = (id: string, revises: string) => `
  export const revision = '${id}';
  export const revises = '${revises}';
  export function upgrade(op) {}
  export function downgrade(op) {}
`;

test('a revision is an ES module whatever the package.json above it says', async (t) => {
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, '') }, '');
  // What `npm init -y` writes.
  writeFileSync(join(it.root, 'package.json'), '{ "type": "commonjs" }\n');
  await it.text('revision', '--ts', '--rev-id', 'a2', '-m', 'in TypeScript');
  writeFileSync(join(it.migrations, 'a3.js'), module('a3', 'a2'));
  const elsewhere = join(it.root, 'elsewhere.js');
  writeFileSync(elsewhere, module('a4', 'a3'));
  symlinkSync(elsewhere, join(it.migrations, 'a4.js'));
  const { stderr } = await it.run(['upgrade']);
  assert.deepEqual(versions(it.database), ['a4'], stderr);
  assert.doesNotMatch(stderr, /Warning/);
  await it.text('check');
});

const refusing = `
  import { CannotDowngrade } from 'sqlite-drydock';
  export const revision = 'a1';
  export function upgrade(op) {}
  export function downgrade(op) { throw new CannotDowngrade('the people are gone'); }
`;

test('a revision may import the library where the project has not installed it', async (t) => {
  const it = project(t, { 'a1.ts': refusing }, '');
  await it.text('upgrade');
  assert.match(await it.fails(20, 'downgrade', 'base', '--yes'), /the people are gone/);
});

test("a revision imports the project's own library where there is one", async (t) => {
  const it = project(t, { 'a1.ts': refusing }, '');
  const installed = join(it.root, 'node_modules/sqlite-drydock');
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(installed, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  writeFileSync(
    join(installed, 'index.js'),
    'export class CannotDowngrade extends Error { message = "said by the one installed"; }',
  );
  await it.text('upgrade');
  assert.match(await it.fails(20, 'downgrade', 'base', '--yes'), /said by the one installed/);
});
