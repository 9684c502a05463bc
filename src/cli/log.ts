/** Turns the events of a run into log lines on stderr: JSON, or readable text with a status line on a terminal. */
import pino from 'pino';
import { DrydockError, messageOf } from '../errors.ts';
import type { Observer, RunEvent } from '../events.ts';
import { describeList, plural } from '../format.ts';
import { visibleJson, visibleText, visibly } from '../visible.ts';
import { openStatusLine, type StatusLine } from './status-line.ts';

export interface RunLog {
  readonly observe: Observer;
  /** Logs something that belongs to no run. */
  say(level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>): void;
  /** Ends the status line and flushes the buffer. */
  close(): void;
}

/** The shortest time between progress lines in JSON, and the silence after which a phase is reported as still running. */
const progressEveryMs = 2_000;

export async function openRunLog(command: string): Promise<RunLog> {
  const terminal = process.stderr.isTTY === true;
  const status = terminal ? openStatusLine(process.stderr) : undefined;
  const root = pino(
    { base: { command }, timestamp: pino.stdTimeFunctions.isoTime },
    terminal ? await prettyStream(status) : jsonStream(),
  );
  let logger = root;
  const ticker = watchSilence(() => logger, status);
  return {
    observe(event) {
      ticker.heard(event);
      // A child of the root logger: a rehearsal contains a run of its own, and a line must not name two.
      if (event.kind === 'run-start') logger = root.child({ runId: event.runId });
      else write(logger, status, event);
    },
    say: (level, message, fields) => root[level](fields, message),
    close() {
      ticker.stop();
      status?.clear();
    },
  };
}

/** How much of the log is buffered while it cannot be written. */
const maxUnwritten = 16 * 1024 * 1024;

function jsonStream(): pino.DestinationStream {
  const stream = pino.destination({ dest: 2, sync: true, maxLength: maxUnwritten });
  // The log's volume is full, and that cannot be reported. It must not end a run, least of all in its commit.
  stream.on('error', () => undefined);
  return { write: (line: string) => void stream.write(visibleJson(line)) };
}

async function prettyStream(status: StatusLine | undefined): Promise<pino.DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  const colorize = process.env['NO_COLOR'] === undefined || process.env['NO_COLOR'] === '';
  const format = pretty.prettyFactory({ colorize, ignore: 'command,runId', translateTime: 'SYS:HH:MM:ss' });
  return {
    write(line: string) {
      status?.clear();
      process.stderr.write(format(visibly(JSON.parse(line))) ?? visibleText(line));
    },
  };
}

type LoggedEvent = Exclude<RunEvent, { kind: 'run-start' }>;

function write(logger: pino.Logger, status: StatusLine | undefined, event: LoggedEvent): void {
  switch (event.kind) {
    case 'phase-start':
      logger.debug({ phase: event.phase }, `${event.phase} …`);
      break;
    case 'phase-end':
      logger.info({ phase: event.phase, durationMs: event.durationMs, ...event.detail }, event.phase);
      break;
    case 'phase-failed':
      logger.error(
        { phase: event.phase, durationMs: event.durationMs, ...describe(event.error) },
        `${event.phase} failed`,
      );
      break;
    case 'waiting': {
      const { waitingFor, holder, attempt, waitedMs, timeoutMs } = event;
      logger.warn(
        { waitingFor, holder, attempt, waitedMs: Math.round(waitedMs), timeoutMs },
        `waiting for ${waitingFor}`,
      );
      break;
    }
    case 'progress':
      if (status !== undefined) status.show(`${event.task}: ${event.done} of ${plural(event.total, event.unit)}`);
      else if (isDue(event)) logger.info({ ...event, kind: undefined }, 'progress');
      break;
    case 'engine-started':
      logger.info({ enginePid: event.pid }, 'engine started');
      break;
    case 'engine-output':
      logger.info({ output: event.line }, 'output of a revision');
      break;
    case 'check':
      // One line tells of all tables that were not written.
      if (event.result.ok && event.result.untouched !== undefined) break;
      if (event.result.ok)
        logger.info({ check: event.result }, `check passed: ${event.result.check} ${event.result.subject}`);
      else logger.error({ check: event.result }, `check failed: ${event.result.check} ${event.result.subject}`);
      break;
    case 'step':
    case 'fact':
      // Only for the record of the run; the phases log the same more briefly.
      break;
    case 'note':
      logger.info(event.message);
      break;
    case 'warning':
      logger.warn(event.message);
      break;
  }
}

const lastProgress = new Map<string, number>();

function isDue({ task, done, total }: { task: string; done: number; total: number }): boolean {
  const now = performance.now();
  if (done < total && now - (lastProgress.get(task) ?? Number.NEGATIVE_INFINITY) < progressEveryMs) return false;
  lastProgress.set(task, now);
  return true;
}

/** Reports that a phase is still running: one SQL statement may take a minute without reporting progress. */
function watchSilence(logger: () => pino.Logger, status: StatusLine | undefined) {
  const running = new Map<string, number>();
  let lastHeard = performance.now();
  const timer = setInterval(
    () => {
      const now = performance.now();
      const [oldest] = running;
      if (oldest === undefined) return;
      const [phase, since] = oldest;
      const elapsedMs = Math.round(now - since);
      if (status !== undefined) status.show(`${describeList([...running.keys()])}: ${Math.round(elapsedMs / 1000)} s`);
      else if (now - lastHeard > 10_000) {
        lastHeard = now;
        logger().info({ phase, elapsedMs }, `${phase} is still running`);
      }
    },
    status === undefined ? 1_000 : 250,
  );
  timer.unref();
  return {
    heard(event: RunEvent) {
      lastHeard = performance.now();
      if (event.kind === 'phase-start') running.set(event.phase, lastHeard);
      if (event.kind === 'phase-end' || event.kind === 'phase-failed') running.delete(event.phase);
    },
    stop: () => clearInterval(timer),
  };
}

function describe(error: unknown) {
  return {
    error: messageOf(error),
    ...(error instanceof DrydockError && { code: error.code, exitCode: error.exitCode }),
  };
}
