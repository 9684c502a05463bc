/** What the quick and the long tests of this subject share. */
import { sqlRevision } from '../harness/files.ts';

export interface Written {
  readonly revision: { readonly path: string; readonly dependsOn: string[]; readonly branchLabels: string[] } | null;
  readonly changes: readonly string[];
}

export const first = {
  'a1.sql': sqlRevision(
    'a1',
    undefined,
    'CREATE TABLE comments (id INTEGER PRIMARY KEY, body TEXT, likes INTEGER);',
    '-- expect: rows comments dropped\nDROP TABLE comments;',
  ),
};

export const column = (name: string, type = 'INTEGER') =>
  `CREATE TABLE comments (id INTEGER PRIMARY KEY, body TEXT, ${name} ${type});`;
