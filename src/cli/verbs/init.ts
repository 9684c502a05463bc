import { resolve } from 'node:path';
import { readEnvironment, readFlags } from '../../config/environment.ts';
import { createProject } from '../../scaffold/project.ts';
import type { Output } from '../print.ts';
import type { GlobalFlags } from '../verb.ts';

/** `migrations`, `config`, `database`: absolute paths; `created`: what was made. The database is not. */
export async function init(flags: GlobalFlags, folder: string | undefined): Promise<Output> {
  const cwd = process.cwd();
  const said = { ...readEnvironment(process.env), ...readFlags(flags) };
  const project = {
    migrations: resolve(cwd, folder ?? said.migrations ?? 'migrations'),
    config: resolve(cwd, said.config ?? 'config/drydock.yaml'),
    database: resolve(cwd, said.database ?? 'data/app.db'),
  };
  const created = createProject(project);
  return {
    data: { ...project, created },
    text: [
      ...created.map((path) => `Created ${path}`),
      `Name your database in ${project.config}, then write the first revision: drydock revision -m "what it does"`,
    ].join('\n'),
  };
}
