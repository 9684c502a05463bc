import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The options of a test that needs programs of the system: skipped with the reason on a developer's machine that lacks
 * them, run and failed where CI says that it must.
 */
export function needsTools(...tools: readonly string[]): { skip: string | false } {
  const why = missingTools(tools);
  return { skip: why !== undefined && process.env['CI'] !== 'true' ? `not run: ${why}` : false };
}

/** What is missing of them, as a sentence; undefined where all are there. */
export function missingTools(tools: readonly string[]): string | undefined {
  const missing = tools.filter((tool) => !isThere(tool));
  return missing.length === 0 ? undefined : `${missing.join(' and ')} not found; sh ops/test-tools.sh installs it`;
}

function isThere(tool: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, tool)));
}
