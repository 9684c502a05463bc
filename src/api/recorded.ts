/** Keeps a record of a run, however it ends. All runs pass through here, whatever starts them. */
import type { Config } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import type { Observer } from '../events.ts';
import { layoutFor } from '../files/layout.ts';
import type { Loss } from '../plan/loss.ts';
import { failedEnding, makeRecord } from '../records/make-record.ts';
import { createRecorder, type Recorder } from '../records/recorder.ts';
import type { RunEnding } from '../records/run-record.ts';
import { nextRecordId, recordOwnership, writeRunRecord } from '../records/store.ts';
import type { RunCommand } from '../run/outcome.ts';
import { toolVersion } from '../version.ts';
import type { Session } from './session.ts';

export interface RunToRecord<T> {
  readonly config: Config;
  readonly command: RunCommand;
  /** The targets, if the command itself does not name them. */
  readonly targets?: readonly string[];
  /** The ending of a run with this result. */
  readonly describe: (result: T) => Ended;
}

export interface Ended {
  readonly ending: RunEnding;
  readonly losses?: readonly Loss[];
}

/** Enters the session and records the run. */
export function recordedRun<T>(
  session: Session,
  run: RunToRecord<T>,
  work: (observer: Observer, stop: AbortSignal) => Promise<T>,
): Promise<T> {
  return session((listener, stop) => recorded(run, listener, (observer) => work(observer, stop)));
}

/**
 * A run that never held the lock leaves no record: it has nothing to report, and may not be able to write one.
 * @throws what the run threw; a failure to write the record is only a warning.
 */
async function recorded<T>(
  run: RunToRecord<T>,
  observer: Observer,
  work: (observer: Observer) => Promise<T>,
): Promise<T> {
  const recorder = createRecorder(observer);
  const result = await work(recorder.observe).catch(async (error: unknown) => {
    await keep(run, recorder, observer, () => ({ ending: failedEnding(error) }));
    throw error;
  });
  await keep(run, recorder, observer, () => run.describe(result));
  return result;
}

async function keep<T>(
  { config, command, targets }: RunToRecord<T>,
  recorder: Recorder,
  observer: Observer,
  describe: () => Ended,
): Promise<void> {
  const told = recorder.told();
  if (!told.wentUnderLock) return;
  const durationMs = recorder.elapsedMs();
  const orWarn = async (what: string, write: () => void | Promise<void>) => {
    try {
      await write();
    } catch (error) {
      const message = `no ${what} of this run could be written, which changes nothing else about it: ${messageOf(error)}`;
      observer({ kind: 'warning', message });
    }
  };
  await orWarn('record', async () => {
    const { ending, losses = [] } = describe();
    const layout = layoutFor(config);
    const { database } = layout;
    const request = { command, ...(targets !== undefined && { targets }), database, toolVersion: toolVersion() };
    const record = await makeRecord(request, told, durationMs, ending, losses);
    const id = nextRecordId(layout, record);
    const { reportDir } = config;
    if (reportDir !== undefined) {
      await orWarn('report', async () => {
        const { writeReportFile } = await import('../report/report-file.ts');
        writeReportFile(reportDir, id, record, recordOwnership(layout));
      });
    }
    writeRunRecord(layout, record, id);
  });
}
