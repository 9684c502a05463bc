import { type ScriptRequest, script } from '../../api/script.ts';
import type { Config } from '../../config/config.ts';
import { DrydockError } from '../../errors.ts';
import { withLog } from '../engine-log.ts';
import type { Output } from '../print.ts';

/** `--sql`: prints what a run would do as a script. `sql` is the script, `steps` lists each revision with its direction. */
export async function offline(config: Config, request: ScriptRequest): Promise<Output> {
  const report = await withLog(request.verb, (observer) => script(config, { ...request, observer }));
  return { data: { ...report }, text: report.sql, script: true };
}

/**
 * Splits `start:end`.
 * @throws {DrydockError} USAGE if one of the two is missing.
 */
export function splitRange(text: string): { readonly start?: string; readonly target: string } {
  const [first = '', second, ...more] = text.split(':');
  if (second === undefined) return { target: first };
  if (first !== '' && second !== '' && more.length === 0) return { start: first, target: second };
  throw new DrydockError('USAGE', {
    what: `'${text}' is not a range`,
    next: 'Write it as start:end, such as 002:head',
  });
}
