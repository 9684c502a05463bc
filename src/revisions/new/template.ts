/** The text of a new revision, to be filled in. */
import { emptyFunctions, emptySections } from '../files/scaffold.ts';

/** The content of a new revision's header. */
export interface NewRevision {
  readonly id: string;
  readonly revises: readonly string[];
  readonly dependsOn: readonly string[];
  readonly branchLabels: readonly string[];
  /** One line. */
  readonly message: string;
  readonly kind: 'sql' | 'ts';
}

export function revisionText(revision: NewRevision): string {
  return revision.kind === 'sql' ? sqlText(revision) : moduleText(revision);
}

function sqlText({ id, revises, dependsOn, branchLabels, message }: NewRevision): string {
  const list = (key: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`-- ${key}: ${names.join(', ')}`];
  return [
    `-- revision: ${id}`,
    ...list('revises', revises),
    ...list('depends-on', dependsOn),
    ...list('branch-labels', branchLabels),
    `-- message: ${message}`,
    '',
    emptySections,
  ].join('\n');
}

function moduleText({ id, revises, dependsOn, branchLabels, message }: NewRevision): string {
  const list = (name: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`export const ${name} = ${literal(names)};`];
  return [
    "import type { Operations } from 'sqlite-drydock';",
    '',
    `export const revision = ${quoted(id)};`,
    ...list('revises', revises),
    ...list('dependsOn', dependsOn),
    ...list('branchLabels', branchLabels),
    `export const message = ${quoted(message)};`,
    '',
    emptyFunctions,
  ].join('\n');
}

function literal(names: readonly string[]): string {
  const [first, ...others] = names;
  return first !== undefined && others.length === 0 ? quoted(first) : `[${names.map(quoted).join(', ')}]`;
}

/** A string that Drydock itself can read back from a module: without code point escapes. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
