import type { Config } from '../config/config.ts';
import { layoutFor } from '../files/layout.ts';
import { rootRefused, userInsteadOfRoot } from '../files/root.ts';

/**
 * The command becomes the owner of the folder; the program that this is part of is not to become somebody else.
 * @throws {DrydockError} PREFLIGHT if it runs as root in the folder of another user.
 */
export function requireNoRoot(config: Config): void {
  if (config.asRoot === 'allow') return;
  const user = userInsteadOfRoot(layoutFor(config));
  if (user === undefined) return;
  throw rootRefused(
    `This program runs as root, and the folder of ${config.database} belongs to uid ${user.uid}`,
    'Run it as that user',
  );
}
