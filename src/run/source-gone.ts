import { DrydockError } from '../errors.ts';
import type { Layout } from '../files/layout.ts';
import type { RunJournal } from './journal.ts';

/**
 * The snapshot with which an interrupted restore would be finished is not there. An exchange may have left no file, and
 * how far a restore came nothing else tells: only a person can go on, by restoring another one.
 */
export class SourceGone extends DrydockError {
  constructor(layout: Layout, { runId }: RunJournal, id: string) {
    super('RESTORE_FAILED', {
      what: `A restore of snapshot ${id} was interrupted (run ${runId}), and that snapshot is not in ${layout.snapshots} any more`,
      state: 'Nothing was changed by this start',
      next: 'Put the snapshot and its manifest back, or restore another one: drydock snapshot list, then drydock snapshot restore <id>',
    });
  }
}
