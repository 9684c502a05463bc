import { resolve } from 'node:path';
import { createProject, type Project } from '../revisions/new/project-files.ts';

export interface ProjectRequest {
  readonly migrations?: string | undefined;
  readonly config?: string | undefined;
  readonly database?: string | undefined;
}

export interface ProjectReport extends Project {
  /** The created paths; the database is not among them. */
  readonly created: readonly string[];
}

export interface InitOptions extends ProjectRequest {
  /** Base of relative paths; the current directory by default. */
  readonly cwd?: string;
}

/**
 * Creates a folder for revisions and a config file, but not the database.
 * @throws {DrydockError} USAGE if something is in their place already; then nothing is created.
 * @example
 * const { created } = await init({ database: 'data/app.db' });
 * console.log(created.join('\n'));
 */
export async function init({ cwd = process.cwd(), ...request }: InitOptions = {}): Promise<ProjectReport> {
  const project = {
    migrations: resolve(cwd, request.migrations ?? 'migrations'),
    config: resolve(cwd, request.config ?? 'config/drydock.yaml'),
    database: resolve(cwd, request.database ?? 'data/app.db'),
  };
  return { ...project, created: createProject(project) };
}
