import { DrydockError } from '../errors.ts';

/** Thrown by a `downgrade` that there is no way to write: what the upgrade did away with is in no table any more. */
export class CannotDowngrade extends DrydockError {
  /** @param reason Why, in the author's words; they are shown as they are. */
  constructor(reason: string) {
    super('REVISION_FAILED', {
      what: reason.endsWith('.') ? reason.slice(0, -1) : reason,
      next: 'Restore a snapshot from before the upgrade instead: `drydock snapshot list` shows them',
    });
  }
}
