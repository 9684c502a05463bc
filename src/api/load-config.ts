import { type Config, type Flags, loadConfig as load } from '../config/config.ts';

/** Settings that take precedence over the config file and the environment. */
export interface Settings {
  /** Path of the config file; if left out, `config/drydock.yaml` if that exists. */
  readonly config?: string;
  readonly database?: string;
  readonly migrations?: string;
  /** `allow`: a program that runs as root stays root in a folder of another user, which is refused otherwise. */
  readonly asRoot?: 'drop' | 'allow';
  /** A number and a unit, such as `30s` or `5m`; the other durations too. */
  readonly lockTimeout?: string;
  readonly busyTimeout?: string;
  readonly deadline?: string;
  /** Goes on if the folder of the revisions has none, which is an error otherwise. */
  readonly allowNoRevisions?: true;
  /** What to do with a database that has tables and does not say at which revision it is; `refuse`. */
  readonly fromBase?: 'refuse' | 'allow';
}

/** Where settings come from. */
export interface Surroundings {
  /** What relative paths are relative to; the current directory. */
  readonly cwd?: string;
  /** Its `DRYDOCK_*` variables are read; those of the process. `{}` for none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * The settings as the command would have them: config file, `DRYDOCK_*` variables, then what is given here.
 * @throws {DrydockError} USAGE, naming the place of what is wrong.
 * @example
 * const config = await loadConfig({ database: 'data/app.db', lockTimeout: '30s' });
 * console.log(config.migrations);
 */
export function loadConfig(
  settings: Settings = {},
  { cwd = process.cwd(), env = process.env }: Surroundings = {},
): Promise<Config> {
  const flags: Flags = settings;
  return load({ cwd, env, flags });
}
