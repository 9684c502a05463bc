/** Opens databases in the engine, in the inspector and in its threads, with what `sqlite_extensions` brings to SQLite. */
import Database from 'better-sqlite3';
import type { Extension } from './sqlite-extensions.ts';

/** Of this process or thread, which serves one config. */
let extensions: readonly Extension[] = [];

/**
 * Loads them for every connection that is opened from now on.
 * @param paths Absolute.
 * @throws {DrydockError} USAGE if one is missing or cannot be loaded.
 */
export async function equipWith(paths: readonly string[]): Promise<void> {
  if (paths.length === 0) {
    extensions = [];
    return;
  }
  // Most runs have none, and load no code for them.
  const { loadExtensions } = await import('./sqlite-extensions.ts');
  extensions = await loadExtensions(paths);
  // Some failures show only on a connection.
  openDatabase(':memory:').close();
}

export function extensionsHere(): readonly Extension[] {
  return extensions;
}

export function openDatabase(content: string | Buffer, options?: Database.Options): Database.Database {
  const connection = new Database(content, options);
  try {
    for (const equip of extensions) equip(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
