import { isDeepStrictEqual } from 'node:util';
import { invariant } from '../errors.ts';
import { parseModuleRevision } from '../revisions/files/module-file.ts';
import type { RowExpectation } from '../revisions/revision.ts';
import { operationLines } from './operation-lines.ts';
import type { ChangePlan, DirectionPlan } from './plan-changes.ts';
import { oneLine, type RevisionHeader } from './revision-header.ts';
import { literal } from './typescript-text.ts';

/**
 * The text of a `.ts` revision that makes the planned changes.
 * @param header.types Where the file imports its types from: the package's name, or a path to Drydock's sources.
 */
export function renderModuleRevision(header: RevisionHeader & { readonly types?: string }, plan: ChangePlan): string {
  const path = `${header.revision}.ts`;
  const text = [
    `import type { Operations } from ${literal(header.types ?? 'sqlite-drydock')};`,
    '',
    `export const revision = ${literal(header.revision)};`,
    `export const revises = ${revisesOf(header)};`,
    ...list('dependsOn', header.dependsOn),
    ...list('branchLabels', header.branchLabels),
    `export const message = ${literal(oneLine(header.message))};`,
    ...expectLines(plan),
    '',
    'export function upgrade(op: Operations): void {',
    ...bodyOf(plan.up),
    '}',
    '',
    'export function downgrade(op: Operations): void {',
    ...bodyOf(plan.down),
    '}',
    '',
  ].join('\n');
  const { expect } = parseModuleRevision(text, path);
  const planned = { up: plan.up.expect, down: plan.down.expect };
  invariant(isDeepStrictEqual(expect, planned), `${path} expects otherwise than planned: ${text}`);
  return text;
}

function revisesOf({ revises }: RevisionHeader): string {
  const [only, ...more] = revises.map(literal);
  if (only === undefined) return 'null';
  return more.length === 0 ? only : `[${[only, ...more].join(', ')}]`;
}

function list(name: string, names: readonly string[] = []): string[] {
  return names.length === 0 ? [] : [`export const ${name} = [${names.map(literal).join(', ')}];`];
}

function expectLines({ up, down }: ChangePlan): string[] {
  const directions = [
    ...(up.expect.length === 0 ? [] : [`up: ${expectationsOf(up.expect)}`]),
    ...(down.expect.length === 0 ? [] : [`down: ${expectationsOf(down.expect)}`]),
  ];
  return directions.length === 0 ? [] : [`export const expect = { ${directions.join(', ')} };`];
}

function expectationsOf(expectations: readonly RowExpectation[]): string {
  return `{ ${expectations.map(({ table, rows }) => `${literal(table)}: ${literal(rows)}`).join(', ')} }`;
}

function bodyOf({ steps, means }: DirectionPlan): string[] {
  if (steps.length === 0) return ['  // Nothing to do.'];
  return steps.flatMap((step) => operationLines(step, means)).map((line) => `  ${line}`);
}
