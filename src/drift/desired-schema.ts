/**
 * The schema that an application wants, from one of three sources: a `.sql` file, a database file, or a command that creates
 * a database. None of them is changed, and SQL runs in memory.
 */
import { readFileSync } from 'node:fs';
import type { WantedSchema } from '../config/config.ts';
import { DrydockError, messageOf } from '../errors.ts';
import { withReader } from '../files/database-reader.ts';
import { keywordOf, sqlTokens } from '../revisions/sql/sql-tokens.ts';
import { splitStatements } from '../revisions/sql/statements.ts';
import { readStoredSchema, type StoredSchema } from '../schema/read-schema.ts';
import { usersTables } from '../schema/users-tables.ts';
import { type InMemory, schemaOfScript } from '../shadow/replay.ts';
import { databaseMadeBy } from './desired-by-command.ts';

/** The first bytes of every database file. https://sqlite.org/fileformat2.html#magic_header_string */
const magic = 'SQLite format 3\0';

/**
 * @param ignored What does not count, as in {@link usersTables}.
 * @throws {DrydockError} USAGE if it cannot be read or run, or is empty; BUSY if another process has it locked.
 */
export async function readWantedSchema(
  wanted: WantedSchema,
  ignored: readonly string[],
  around: InMemory,
): Promise<StoredSchema> {
  const schema = await storedSchema(wanted, around);
  if (usersTables(schema, ignored).length > 0) return schema;
  throw new DrydockError('USAGE', {
    what: `The desired schema, ${describeWanted(wanted)}, is empty`,
    next: 'Check its source: applying an empty schema would drop every table',
  });
}

/** The path or the command, for messages. */
export function describeWanted(wanted: WantedSchema): string {
  return wanted.kind === 'file' ? wanted.path : `made by ${JSON.stringify(wanted.command)}`;
}

async function storedSchema(wanted: WantedSchema, around: InMemory): Promise<StoredSchema> {
  if (wanted.kind === 'command')
    return databaseMadeBy(wanted.command, around.observer, (made) => readDatabase(wanted, made));
  const { path } = wanted;
  const content = readWhole(path);
  return content.toString('latin1', 0, magic.length) === magic
    ? readDatabase(wanted, path)
    : readScript(path, content.toString('utf8'), around);
}

/** The reader's advice is about the database to migrate, so it is replaced here. */
function readDatabase(wanted: WantedSchema, path: string): StoredSchema {
  try {
    return withReader(path, readStoredSchema);
  } catch (error) {
    if (!(error instanceof DrydockError)) throw error;
    const what = `The desired schema, ${describeWanted(wanted)}, cannot be read: ${error.what}`;
    if (error.code === 'BUSY')
      throw new DrydockError('BUSY', { what, next: 'Try again when nothing writes to it', cause: error });
    const place = wanted.kind === 'file' ? '--schema (or `schema` in the config)' : '`schema_command` in the config';
    throw new DrydockError('USAGE', { what, next: `Check ${place}`, cause: error });
  }
}

async function readScript(path: string, text: string, around: InMemory): Promise<StoredSchema> {
  const statements = splitStatements(text, 1, path);
  for (const { sql, line } of statements) refuseOtherFiles(sql, `${path}:${line}`);
  try {
    return await schemaOfScript(
      statements.map(({ sql }) => sql),
      around,
    );
  } catch (error) {
    if (!(error instanceof DrydockError)) throw error;
    throw new DrydockError('USAGE', {
      what: `The desired schema ${path} cannot be run: ${error.what}`,
      next: 'Correct it: it must be SQL, without commands of the sqlite3 shell',
      cause: error,
    });
  }
}

/** SQL that runs in memory must not create files. */
function refuseOtherFiles(sql: string, where: string): void {
  const [first] = sqlTokens(sql);
  if (first === undefined || !['ATTACH', 'VACUUM'].includes(keywordOf(first))) return;
  throw new DrydockError('USAGE', {
    what: `${where}: ${keywordOf(first)} is not allowed in a schema`,
    next: 'Remove it',
  });
}

function readWhole(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new DrydockError('USAGE', {
      what: `The desired schema ${path} cannot be read: ${messageOf(cause)}`,
      next: 'Check --schema (or `schema` in the config)',
      cause,
    });
  }
}
