import { DrydockError } from '../errors.ts';

/**
 * Thrown by a `downgrade` that cannot be written: the data that the upgrade removed is in no table any more.
 * @example
 * throw new CannotDowngrade('the upgrade deleted the addresses');
 */
export class CannotDowngrade extends DrydockError {
  /** @param reason The author's own words; they are shown unchanged. */
  constructor(reason: string) {
    super('REVISION_FAILED', {
      what: reason.endsWith('.') ? reason.slice(0, -1) : reason,
      next: 'Restore a snapshot from before the upgrade instead: `drydock snapshot list` shows them',
      reason: 'cannot downgrade',
    });
  }
}

/** Also true of an error from another process, which keeps its fields but not its class. */
export function isCannotDowngrade(error: unknown): boolean {
  return error instanceof DrydockError && error.reason === 'cannot downgrade';
}
