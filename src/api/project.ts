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

/**
 * Makes the folder of the revisions and the config.
 * @param cwd What relative paths are relative to.
 * @throws {DrydockError} USAGE where something stands in its place already; then nothing is made.
 */
export function startProject(request: ProjectRequest, cwd: string): ProjectReport {
  const project = {
    migrations: resolve(cwd, request.migrations ?? 'migrations'),
    config: resolve(cwd, request.config ?? 'config/drydock.yaml'),
    database: resolve(cwd, request.database ?? 'data/app.db'),
  };
  return { ...project, created: createProject(project) };
}
