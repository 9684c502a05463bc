import path from 'node:path';
import { DrydockError } from '../errors.ts';
import { type Environment, type Flags, readEnvironment, readFlags } from './environment.ts';
import { type ConfigFile, readConfigFile } from './file.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import { noDatabase } from './no-database.ts';
import { problemText } from './problem-text.ts';
import { durationMs, sizeBytes } from './quantities.ts';
import type { FileSettings } from './schema.ts';
import { parseStatisticRule, type Statistic } from './statistic.ts';
import type { taskNames } from './task-names.ts';
import { checkWindows, windowDefaults } from './windows.ts';

export type { Flags } from './environment.ts';

/** Every setting with its value resolved: paths absolute, times in milliseconds. */
export interface Config {
  /** As given, made absolute; symbolic links are not resolved yet. */
  readonly database: string;
  readonly migrations: string;
  /** What runs and checks do with a folder that has no revision. */
  readonly noRevisions: 'refused' | 'allowed';
  readonly wantedSchema: WantedSchema | undefined;
  /** 0: do not wait. */
  readonly lockTimeoutMs: number;
  /** 0: do not wait. */
  readonly busyTimeoutMs: number;
  /** Undefined: no limit. */
  readonly deadlineMs: number | undefined;
  /** What to do with a database that has tables but no recorded revision. */
  readonly fromBase: 'refuse' | 'allow';
  /** Names of tables and views that do not belong to the application; a `*` at the end matches a prefix. */
  readonly ignoreTables: readonly string[];
  /** Absolute paths of modules and loadable extensions, for every connection to a database. */
  readonly sqliteExtensions: readonly string[];
  readonly allowNetworkFilesystem: boolean;
  /** What root does in a folder of another user. Default: drop. */
  readonly asRoot?: 'drop' | 'allow';
  /** @internal Set if the process is Drydock's own, the command or the daemon, and not a program that imports it. */
  readonly ownProcess?: OwnProcess;
  readonly snapshots: SnapshotSettings;
  /** How much of the result of a run integrity_check looks at. */
  readonly integrity: 'written' | 'full';
  /** Rules of the linter that are suppressed in all revisions, with the reason. */
  readonly lintIgnore: Readonly<Record<string, string>>;
  readonly statistics: readonly Statistic[];
  /** Absolute path of the folder for each run's HTML report; undefined: no reports are written. */
  readonly reportDir: string | undefined;
  readonly windows: readonly WindowSettings[];
  readonly daemonAddress: ListenAddress;
}

/** @internal */
export interface OwnProcess {
  /** What its log says first; undefined if root gave up nothing. */
  readonly gaveUpRoot: string | undefined;
}

/** Where to find the desired schema of the application. */
export type WantedSchema =
  /** Absolute path of a `.sql` file or of a database. */
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'command'; readonly command: string };

export interface SnapshotSettings {
  /** Absolute path of a folder to use instead of `<database>.snapshots`. */
  readonly directory?: string;
  /** At least 1. */
  readonly keep: number;
  readonly maxAgeMs?: number;
  readonly maxBytes?: number;
}

export type TaskName = (typeof taskNames)[number];

/** A maintenance window of the daemon. */
export interface WindowSettings {
  readonly name: string;
  /** A valid expression that fires at some time. */
  readonly cron: string;
  readonly timeZone: string;
  readonly durationMs: number;
  /** How long a task that is running when the window closes may continue. */
  readonly graceMs: number;
  /** Less than the duration. */
  readonly jitterMs: number;
  readonly missed: 'skip' | 'run-late';
  /** At least one, in the order in which they run. */
  readonly tasks: readonly TaskName[];
}

const defaultFile = path.join('config', 'drydock.yaml');
const defaults = {
  migrations: 'migrations',
  lockTimeout: '5m',
  busyTimeout: '60s',
  keep: 10,
  window: '1h',
  address: '127.0.0.1:9187',
};

/**
 * Flags override the environment, the environment the file, and the file the defaults.
 * @throws {DrydockError} USAGE, naming the place of the wrong value.
 */
export async function loadConfig(input: {
  readonly cwd: string;
  readonly env: Environment;
  readonly flags: Flags;
  /** `not needed`: without one, `database` is empty, and whatever looks for it is refused. */
  readonly database?: 'not needed';
}): Promise<Config> {
  const said: Flags = { ...readEnvironment(input.env), ...readFlags(input.flags) };
  const file = await openFile(input.cwd, said.config);
  if (file !== undefined) await checkWindows(file);
  return resolve(input, said, file);
}

/** The path of the config file, whether or not it exists. */
export function configPath(input: Parameters<typeof loadConfig>[0]): string {
  const { config = defaultFile } = { ...readEnvironment(input.env), ...readFlags(input.flags) };
  return path.resolve(input.cwd, config);
}

async function openFile(cwd: string, asked: string | undefined): Promise<ConfigFile | undefined> {
  const file = await readConfigFile(cwd, asked ?? defaultFile);
  if (file !== undefined || asked === undefined) return file;
  const next = 'Correct --config or DRYDOCK_CONFIG, or create the file';
  throw new DrydockError('USAGE', { what: `the config file ${path.resolve(cwd, asked)} does not exist`, next });
}

function resolve(input: Parameters<typeof loadConfig>[0], said: Flags, file: ConfigFile | undefined): Config {
  const { cwd } = input;
  const settings = file?.settings ?? {};
  const deadline = said.deadline ?? settings.deadline;
  return {
    database: databasePath(input, said, file),
    migrations: pathOf(cwd, said.migrations, file, settings.migrations) ?? defaultMigrations(cwd, file),
    noRevisions: said.allowNoRevisions === true ? 'allowed' : 'refused',
    wantedSchema: wantedSchema(cwd, said, file),
    lockTimeoutMs: durationMs(said.lockTimeout ?? settings.lock_timeout ?? defaults.lockTimeout),
    busyTimeoutMs: durationMs(said.busyTimeout ?? settings.busy_timeout ?? defaults.busyTimeout),
    deadlineMs: deadline === undefined ? undefined : durationMs(deadline),
    fromBase: said.fromBase ?? settings.from_base ?? 'refuse',
    ignoreTables: settings.ignore_tables ?? [],
    sqliteExtensions: (settings.sqlite_extensions ?? []).flatMap((each) => pathOf(cwd, undefined, file, each) ?? []),
    allowNetworkFilesystem: settings.allow_network_filesystem ?? false,
    ...asRoot(said.asRoot ?? settings.as_root),
    snapshots: snapshotSettings(
      settings.snapshots,
      pathOf(cwd, said.snapshotsDirectory, file, settings.snapshots?.directory),
    ),
    integrity: settings.checks?.integrity ?? 'written',
    lintIgnore: settings.lint?.ignore ?? {},
    statistics: (settings.statistics ?? []).map(({ name, sql, rule }) => ({
      name,
      sql,
      ...(rule === undefined ? {} : { rule: parseStatisticRule(rule) }),
    })),
    reportDir: pathOf(cwd, undefined, file, settings.report?.dir),
    windows: (settings.windows ?? []).map(windowSettings),
    daemonAddress: parseListenAddress(said.address ?? settings.daemon?.address ?? defaults.address),
  };
}

function asRoot(said: string | undefined): Pick<Config, 'asRoot'> {
  return said === 'drop' || said === 'allow' ? { asRoot: said } : {};
}

function databasePath(
  { cwd, database: need }: Parameters<typeof loadConfig>[0],
  said: Flags,
  file: ConfigFile | undefined,
): string {
  const database = pathOf(cwd, said.database, file, file?.settings.database);
  if (database !== undefined) return database;
  if (need === 'not needed') return '';
  throw noDatabase(said.config ?? defaultFile);
}

/** Flags and environment are relative to the current folder, values of the file to the file's folder. */
function pathOf(cwd: string, said: string | undefined, file: ConfigFile | undefined, written: string | undefined) {
  if (said !== undefined) return path.resolve(cwd, said);
  return file === undefined || written === undefined ? undefined : path.resolve(file.folder, written);
}

function wantedSchema(cwd: string, said: Flags, file: ConfigFile | undefined): WantedSchema | undefined {
  const { schema, schema_command: command } = file?.settings ?? {};
  if (file !== undefined && schema !== undefined && command !== undefined) {
    throw file.error(['schema_command'], problemText('is set together with schema', 'Keep one of the two'));
  }
  const path = pathOf(cwd, said.schema, file, schema);
  if (path !== undefined) return { kind: 'file', path };
  return command === undefined ? undefined : { kind: 'command', command };
}

/** The same folder either way: the config file is in `config/`. */
function defaultMigrations(cwd: string, file: ConfigFile | undefined): string {
  return file === undefined
    ? path.resolve(cwd, defaults.migrations)
    : path.resolve(file.folder, '..', defaults.migrations);
}

function windowSettings(window: NonNullable<FileSettings['windows']>[number]): WindowSettings {
  const { name, cron, tasks, duration, grace, jitter } = window;
  return {
    name,
    cron,
    tasks,
    timeZone: window.time_zone ?? windowDefaults.timeZone,
    missed: window.missed ?? windowDefaults.missed,
    durationMs: durationMs(duration ?? windowDefaults.duration),
    graceMs: durationMs(grace ?? windowDefaults.grace),
    jitterMs: durationMs(jitter ?? windowDefaults.jitter),
  };
}

function snapshotSettings(settings: FileSettings['snapshots'] = {}, directory: string | undefined): SnapshotSettings {
  return {
    ...(directory !== undefined && { directory }),
    keep: settings.keep ?? defaults.keep,
    ...(settings.max_age === undefined ? {} : { maxAgeMs: durationMs(settings.max_age) }),
    ...(settings.max_bytes === undefined ? {} : { maxBytes: sizeBytes(settings.max_bytes) }),
  };
}
