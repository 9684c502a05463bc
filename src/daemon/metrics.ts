/** The daemon's metrics in Prometheus' text format. docs/metrics.md describes each. */
import type { Counter, Gauge, Histogram } from 'prom-client';
import { exitCodes } from '../errors.ts';
import type { Observer } from '../events.ts';
import { toolVersion } from '../version.ts';
import type { DaemonEvent } from './daemon-events.ts';
import type { Status } from './status.ts';

export interface Metrics {
  readonly contentType: string;
  readonly observe: Observer;
  hear(event: DaemonEvent): void;
  render(status: Status): Promise<string>;
}

/** In seconds: a phase may take no time at all, or all night. */
const phaseBuckets = [0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3_600];

/** prom-client is loaded here, since no other command needs it. */
export async function createMetrics(): Promise<Metrics> {
  const { default: client } = await import('prom-client');
  const registry = new client.Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new client.Counter({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
    new client.Gauge({ name, help, labelNames, registers });

  const runs = counter('drydock_runs_total', 'Ended tasks of windows, by outcome.', 'task', 'outcome', 'code');
  const windows = counter('drydock_windows_total', 'Openings of windows, by outcome.', 'window', 'outcome');
  const busyWaits = counter('drydock_busy_waits_total', 'Times that a task met a lock and waited.', 'waiting_for');
  const taskFailed = gauge('drydock_task_failed', '1 if the task failed when it last ran.', 'task');
  const phases: Histogram<'phase'> = new client.Histogram({
    name: 'drydock_phase_duration_seconds',
    help: 'How long each phase of a run took.',
    labelNames: ['phase'],
    buckets: phaseBuckets,
    registers,
  });
  const reloadFailed = gauge('drydock_config_reload_failed', '1 if the last reload of the config failed.');
  gauge('drydock_build_info', 'Always 1.', 'version').set({ version: toolVersion() }, 1);

  const ready = gauge('drydock_ready', '1 if /readyz reports ready.');
  const held = gauge('drydock_writing_held', '1 while the daemon has paused writing.');
  const running = gauge('drydock_task_running', '1 while a task runs.', 'task');
  const pending = gauge('drydock_pending_revisions', 'Revisions that are not applied yet.');
  const databaseBytes = gauge('drydock_database_bytes', 'Size of the database file.');
  const walBytes = gauge('drydock_wal_bytes', 'Size of the WAL.');
  const lastSuccess = gauge('drydock_last_success_timestamp_seconds', 'When a task last succeeded.', 'task');
  const lastRunCode = gauge('drydock_last_run_exit_code', 'Exit code of the last run, by the daemon or not.');
  const snapshots = gauge('drydock_snapshots', 'Usable snapshots.');
  const snapshotBytes = gauge('drydock_snapshot_bytes', 'Total size of the usable snapshots.');
  const newestSnapshot = gauge(
    'drydock_newest_snapshot_timestamp_seconds',
    'When the newest usable snapshot was taken.',
  );
  const unusableSnapshots = gauge(
    'drydock_unusable_snapshots',
    'Snapshots whose file or manifest is missing or damaged.',
  );
  const nextStart = gauge('drydock_window_next_start_timestamp_seconds', 'When a window opens next.', 'window');
  const windowMissed = gauge(
    'drydock_window_missed_timestamp_seconds',
    'When the daemon last found that it had missed a window.',
    'window',
  );

  const describe = (status: Status) => {
    const { database, activity, runs: recent } = status;
    ready.set(status.ready ? 1 : 0);
    held.set(status.held === null ? 0 : 1);
    pending.set(database.pending.length);
    databaseBytes.set(database.bytes ?? 0);
    walBytes.set(database.walBytes);
    snapshots.set(status.snapshots.count);
    snapshotBytes.set(status.snapshots.bytes);
    unusableSnapshots.set(status.snapshots.unusable);
    // A metric without a value is absent, rather than dated 1970.
    for (const single of [lastRunCode, newestSnapshot]) single.remove();
    for (const perLabel of [running, lastSuccess, nextStart]) perLabel.reset();
    if (activity?.task) running.set({ task: activity.task }, 1);
    for (const [task, at] of Object.entries(status.succeeded)) lastSuccess.set({ task }, secondsOf(at));
    for (const { name: window, next } of status.windows) {
      if (next !== null) nextStart.set({ window }, secondsOf(next));
      // Prometheus sees no increase in a counter that starts at 1.
      for (const outcome of ['on-time', 'late', 'missed']) windows.inc({ window, outcome }, 0);
    }
    const [last] = recent;
    if (last !== undefined) lastRunCode.set(last.ending.exitCode);
    const [newest] = status.snapshots.newest;
    if (newest !== undefined) newestSnapshot.set(secondsOf(newest.createdAt));
  };

  return {
    contentType: registry.contentType,
    observe(event) {
      if (event.kind === 'phase-end' || event.kind === 'phase-failed') {
        phases.observe({ phase: event.phase }, event.durationMs / 1_000);
      }
      if (event.kind === 'waiting' && event.attempt === 1) busyWaits.inc({ waiting_for: event.waitingFor });
    },
    hear(event) {
      switch (event.kind) {
        case 'task-ended': {
          const code = String(event.code === undefined ? 0 : exitCodes[event.code]);
          runs.inc({ task: event.task, outcome: event.outcome, code });
          taskFailed.set({ task: event.task }, event.outcome === 'failed' ? 1 : 0);
          break;
        }
        case 'window-opened':
          windows.inc({ window: event.window, outcome: event.late ? 'late' : 'on-time' });
          break;
        case 'window-missed':
          windows.inc({ window: event.window, outcome: 'missed' });
          windowMissed.setToCurrentTime({ window: event.window });
          break;
        case 'reloaded':
        case 'reload-failed':
          reloadFailed.set(event.kind === 'reloaded' ? 0 : 1);
          break;
        default:
          break;
      }
    },
    render(status) {
      describe(status);
      return registry.metrics();
    },
  };
}

function secondsOf(instant: string): number {
  return Date.parse(instant) / 1_000;
}
