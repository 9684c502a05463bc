/** Revisions of a few lines, and what lint says of them in a few words. */

import { basename } from 'node:path';
import type { TestContext } from 'node:test';
import { lintRevisions } from '../../src/lint/lint.ts';
import type { LintResult } from '../../src/lint/lint-finding.ts';
import { loadGraph } from '../../src/revisions/load-graph.ts';
import { revisionFolder, sqlRevision, testFolder } from '../harness/files.ts';
import { alone } from '../harness/in-memory.ts';

export type Body = readonly [up: string, down?: string];

export const start: Body = ['CREATE TABLE t (id INTEGER PRIMARY KEY, a);', 'DROP TABLE t;'];
export const module = (up: string, down = '') =>
  `export function upgrade(op) {\n${up}\n}\nexport function downgrade(op) {\n${down}\n}`;

/** What lint says of revisions r0, r1, … one after the other. */
export function lintResult(t: TestContext, ...bodies: readonly (Body | string)[]): Promise<LintResult> {
  const files = bodies.map((body, index): [string, string] => {
    const [id, parent] = [`r${index}`, index === 0 ? undefined : `r${index - 1}`];
    if (typeof body === 'string') {
      const revises = parent === undefined ? 'null' : `'${parent}'`;
      return [`${id}.ts`, `export const revision = '${id}'; export const revises = ${revises};\n${body}`];
    }
    // The first line of an upgrade is line 3, with a parent line 4.
    return [`${id}.sql`, sqlRevision(id, parent, body[0], body[1] ?? '')];
  });
  const graph = loadGraph(revisionFolder(testFolder(t), Object.fromEntries(files)));
  return lintRevisions(graph, undefined, { arguments: {}, ignored: {} }, alone);
}

/** The same as `file:line rule` and `file note: message`, without what follows from revisions without a downgrade. */
export async function lint(t: TestContext, ...bodies: readonly (Body | string)[]): Promise<string[]> {
  const { findings, notes } = await lintResult(t, ...bodies);
  return [
    ...findings
      .filter(({ rule }) => rule !== 'no-downgrade')
      .map(
        ({ path, line, rule, direction }) => `${basename(path)}:${line}${direction === 'down' ? ' down' : ''} ${rule}`,
      ),
    ...notes.map(({ path, message }) => `${basename(path)} note: ${message}`),
  ];
}
