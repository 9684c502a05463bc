import type { Config } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import { requireExtensions } from '../run/preflight.ts';
import { type DoctorFinding, ok, problem } from './finding.ts';

/** Whether what `sqlite_extensions` names can be loaded, in a process of its own; nothing if there is none. */
export async function extensions({ sqliteExtensions }: Config): Promise<readonly DoctorFinding[]> {
  if (sqliteExtensions.length === 0) return [];
  try {
    await requireExtensions({ extensions: sqliteExtensions, observer: () => undefined });
    return [ok('extensions', 'everything that sqlite_extensions names can be loaded')];
  } catch (error) {
    if (!(error instanceof DrydockError)) throw error;
    return [problem('extensions', error)];
  }
}
