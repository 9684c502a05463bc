import { type Config, type Flags, loadConfig as load } from '../config/config.ts';

/** Settings that take precedence over the config file and the environment. */
export interface Settings {
  /** Path of the config file; if left out, `config/drydock.yaml` if that exists. */
  readonly config?: string;
  readonly database?: string;
  readonly migrations?: string;
  /** `allow`: a program that runs as root may work in a folder of another user, which is refused otherwise. */
  readonly asRoot?: 'drop' | 'allow';
  /** A number and a unit, such as `30s` or `5m`, as for the other durations. */
  readonly lockTimeout?: string;
  readonly busyTimeout?: string;
  readonly deadline?: string;
  /** Allows a migrations folder without revisions, which is an error otherwise. */
  readonly allowNoRevisions?: true;
  /** What to do with a database that has tables but records no revision; `refuse` by default. */
  readonly fromBase?: 'refuse' | 'allow';
}

/** Where settings come from. */
export interface Surroundings {
  /** Base of relative paths; the current directory by default. */
  readonly cwd?: string;
  /** Its `DRYDOCK_*` variables are read; by default those of the process. `{}` for none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * The same settings as the command's: config file, `DRYDOCK_*` variables, then what is given here.
 * @throws {DrydockError} USAGE, naming the place of the mistake.
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
