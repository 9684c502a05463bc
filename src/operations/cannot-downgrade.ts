import { DrydockError } from '../errors.ts';

const instead = 'Restore a snapshot from before the upgrade instead: `drydock snapshot list` shows them';

/** Thrown by a `downgrade` that there is no way to write: what the upgrade did away with is in no table any more. */
export class CannotDowngrade extends DrydockError {
  /** @param reason Why, in the author's words; they are shown as they are. */
  constructor(reason: string) {
    super('REVISION_FAILED', {
      what: reason.endsWith('.') ? reason.slice(0, -1) : reason,
      next: instead,
    });
  }
}

/** Also where it came from another process: an error on its way keeps its parts, and not its class. */
export function isCannotDowngrade(error: unknown): boolean {
  return error instanceof DrydockError && error.next === instead;
}
