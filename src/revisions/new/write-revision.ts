/** Writes a new revision into the folder, after checking that it fits there. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { codeOf, DrydockError, messageOf } from '../../errors.ts';
import { nameProblem } from '../files/header.ts';
import { parseModuleRevision } from '../files/module-file.ts';
import { parseSqlRevision } from '../files/sql-file.ts';
import { buildGraph, type RevisionGraph } from '../graph/graph.ts';
import type { Revision } from '../revision.ts';
import { fileNameOf } from './next-id.ts';
import { type NewRevision, revisionText } from './template.ts';

/** The graph with a new revision in it. */
export interface Written {
  readonly graph: RevisionGraph;
  readonly revision: Revision;
}

/**
 * Writes the file `<id>_<slug>` of a new revision. Its text is parsed like any revision, and the graph built with it, before
 * the file exists.
 * @param textOf Returns the file's text; by default a template to fill in.
 * @throws {DrydockError} USAGE if the id, a label or a dependency does not fit, or the file exists already.
 */
export function writeRevision(
  folder: string,
  graph: RevisionGraph,
  wanted: NewRevision,
  textOf: (revision: NewRevision) => string = revisionText,
): Written {
  requireNames(wanted);
  const revision = { ...wanted, message: wanted.message.replace(/\s+/g, ' ').trim() };
  const path = join(resolve(folder), fileNameOf(revision.id, revision.message, revision.kind));
  const text = textOf(revision);
  const parsed = revision.kind === 'sql' ? parseSqlRevision(text, path) : parseModuleRevision(text, path);
  const extended = buildGraph([...graph.revisions, parsed]);
  writeNew(path, text);
  return { graph: extended, revision: parsed };
}

/** Checked before the text is parsed, whose errors would name a file that does not exist yet. */
function requireNames({ id, branchLabels }: NewRevision): void {
  // The id is part of the file's name.
  const path = /[/\\\0]/.exec(id)?.[0];
  const problems = [
    path === undefined ? undefined : `the revision id '${id}' may not contain '${path}'`,
    nameProblem(id, 'revision id'),
    ...branchLabels.map((label) => nameProblem(label, 'branch label')),
  ];
  const problem = problems.find((one) => one !== undefined);
  if (problem !== undefined) {
    const what = `${problem.charAt(0).toUpperCase()}${problem.slice(1)}`;
    throw new DrydockError('USAGE', { what, state: 'No file was written', next: 'Choose another, and run again' });
  }
}

/**
 * Writes a file that must not exist yet.
 * @throws {DrydockError} USAGE
 */
export function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (cause) {
    const there = codeOf(cause) === 'EEXIST';
    throw new DrydockError('USAGE', {
      what: there
        ? `${path} is there already, and is not overwritten`
        : `${path} cannot be written: ${messageOf(cause)}`,
      next: there ? 'Choose another name, or move the file away' : 'Check the permissions of its folder',
      cause,
    });
  }
}
