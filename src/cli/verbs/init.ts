import { init as startProject } from '../../api/project.ts';
import { readEnvironment, readFlags } from '../../config/environment.ts';
import { visibleLines } from '../../visible.ts';
import { currentDirectory } from '../current-directory.ts';
import type { Output } from '../print.ts';
import type { GlobalFlags } from '../verb.ts';

/** `migrations`, `config`, `database`: absolute paths; `created`: the created paths, without the database. */
export async function init(flags: GlobalFlags, folder: string | undefined): Promise<Output> {
  const said = { ...readEnvironment(process.env), ...readFlags(flags) };
  const project = await startProject({ ...said, migrations: folder ?? said.migrations, cwd: currentDirectory() });
  return {
    data: { ...project },
    text: visibleLines([
      ...project.created.map((path) => `Created ${path}`),
      `Name your database in ${project.config}, then write the first revision: \`drydock revision -m "what it does"\``,
    ]),
  };
}
