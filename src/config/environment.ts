import { DrydockError } from '../errors.ts';
import { isFaultVariable } from '../faults.ts';
import { problemAt, problemText, suggest } from './problem-text.ts';
import { overridable } from './schema.ts';

/** Tells `schema_command` where to create its database. */
export const schemaDatabaseVariable = 'DRYDOCK_SCHEMA_DATABASE';

/** The settings that flags and environment can give. Undefined: not given. */
export interface Flags {
  readonly config?: string | undefined;
  readonly database?: string | undefined;
  readonly migrations?: string | undefined;
  readonly schema?: string | undefined;
  readonly snapshotsDirectory?: string | undefined;
  readonly asRoot?: string | undefined;
  readonly lockTimeout?: string | undefined;
  readonly busyTimeout?: string | undefined;
  readonly deadline?: string | undefined;
  readonly fromBase?: 'refuse' | 'allow' | undefined;
  readonly address?: string | undefined;
  /** Only a flag: an empty folder must be allowed once, not for ever. */
  readonly allowNoRevisions?: true | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Each setting with its names; the name in the YAML file is the key of `overridable`. Not every setting has a flag. */
const settings = [
  { name: 'config', variable: 'DRYDOCK_CONFIG', flag: '--config', schema: overridable.migrations },
  { name: 'database', variable: 'DRYDOCK_DATABASE', flag: '--database', schema: overridable.database },
  { name: 'migrations', variable: 'DRYDOCK_MIGRATIONS', flag: '--migrations', schema: overridable.migrations },
  { name: 'schema', variable: 'DRYDOCK_SCHEMA', flag: '--schema', schema: overridable.schema },
  {
    name: 'snapshotsDirectory',
    variable: 'DRYDOCK_SNAPSHOTS_DIRECTORY',
    flag: undefined,
    schema: overridable.snapshots_directory,
  },
  { name: 'asRoot', variable: 'DRYDOCK_AS_ROOT', flag: '--as-root', schema: overridable.as_root },
  { name: 'lockTimeout', variable: 'DRYDOCK_LOCK_TIMEOUT', flag: '--lock-timeout', schema: overridable.lock_timeout },
  { name: 'busyTimeout', variable: 'DRYDOCK_BUSY_TIMEOUT', flag: '--busy-timeout', schema: overridable.busy_timeout },
  { name: 'deadline', variable: 'DRYDOCK_DEADLINE', flag: '--deadline', schema: overridable.deadline },
  { name: 'fromBase', variable: 'DRYDOCK_FROM_BASE', flag: '--from-base', schema: overridable.from_base },
  { name: 'address', variable: 'DRYDOCK_DAEMON_ADDRESS', flag: '--address', schema: overridable.address },
] as const;

/** Variables of the container's entrypoint and ops/compose.yaml, and the one set for `schema_command`, which may run Drydock. */
const ownedByOthers = ['DRYDOCK_IMAGE', 'DRYDOCK_ON_FAILURE', 'DRYDOCK_SKIP', schemaDatabaseVariable];

/**
 * Kubernetes sets these in every pod if there is a Service whose name begins with `drydock`
 * (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
 */
const ofService = /_SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)$|_PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?$/;

/**
 * The values of the `DRYDOCK_*` variables, validated.
 * @throws {DrydockError} USAGE, also for an unknown variable with that prefix: it is probably misspelt.
 */
export function readEnvironment(env: Environment): Flags {
  const known: string[] = [...settings.map(({ variable }) => variable), ...ownedByOthers];
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('DRYDOCK_') || isFaultVariable(variable) || known.includes(variable)) continue;
    if (ofService.test(variable)) continue;
    const next = `${suggest(variable, known)} Unset it if it is not meant for Drydock`;
    throw new DrydockError('USAGE', { what: `the environment sets ${variable}, which Drydock does not know`, next });
  }

  const said = settings.flatMap(({ name, variable, schema }) => {
    const value = env[variable];
    if (value === undefined) return [];
    // `DATABASE=${UNSET}` in a compose file must not silently fall back to another database.
    if (value === '') throw problemAt(variable, problemText('is set but empty', 'Give it a value, or unset it'));
    return [[name, validated(schema, value, variable)]];
  });
  return Object.fromEntries(said);
}

/** The values of the flags, validated. */
export function readFlags(flags: Flags): Flags {
  const said = settings.flatMap(({ name, flag, schema }) => {
    const value = flags[name];
    return value === undefined || flag === undefined ? [] : [[name, validated(schema, value, flag)]];
  });
  const { allowNoRevisions } = flags;
  return { ...Object.fromEntries(said), ...(allowNoRevisions && { allowNoRevisions }) };
}

function validated(schema: (typeof settings)[number]['schema'], value: string, where: string): string {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw problemAt(where, parsed.error.issues[0]?.message ?? 'is not valid');
}
