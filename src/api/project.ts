import { resolve } from 'node:path';
import { createProject, type Project } from '../revisions/new/project-files.ts';

export interface ProjectRequest {
  readonly migrations?: string | undefined;
  readonly config?: string | undefined;
  readonly database?: string | undefined;
}

export interface ProjectReport extends Project {
  /** What was made; the database is not among it. */
  readonly created: readonly string[];
}

export interface InitOptions extends ProjectRequest {
  /** What relative paths are relative to; the current directory. */
  readonly cwd?: string;
}

/**
 * Makes a folder for revisions and a config file; the database is not made.
 * @throws {DrydockError} USAGE if something stands in its place already; then nothing is made.
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
