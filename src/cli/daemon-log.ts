import type { DaemonEvent, Tell } from '../daemon/daemon-events.ts';
import { exitCodes } from '../errors.ts';
import type { RunLog } from './log.ts';

/** The daemon's own log lines, in addition to those of the runs that it starts. */
export function tellOfDaemon(log: Pick<RunLog, 'say'>): Tell {
  return (event) => {
    const { level, message, ...fields } = lineOf(event);
    log.say(level, message, fields);
  };
}

interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [field: string]: unknown;
}

function lineOf(event: DaemonEvent): Line {
  switch (event.kind) {
    case 'listening':
      return { level: 'info', message: `listening on ${event.url}`, url: event.url };
    case 'idle':
      return { level: 'warn', message: 'no windows are configured: this daemon only reports status' };
    case 'window-opened': {
      const { window, at, closes, late } = event;
      const message = `window ${window} is open${late ? ', late' : ''} until ${closes.toISOString()}`;
      return { level: 'info', message, window, at: at.toISOString(), closes: closes.toISOString(), late };
    }
    case 'window-missed': {
      const { window, at } = event;
      const message = `window ${window} passed at ${at.toISOString()} and is not made up for`;
      return { level: 'warn', message, window, at: at.toISOString() };
    }
    case 'window-closed':
      return { level: 'info', message: `window ${event.window} is closed`, window: event.window };
    case 'task-started': {
      const { window, task, attempt } = event;
      return { level: 'info', message: `${task} begins`, window, task, attempt };
    }
    case 'task-ended': {
      const { window, task, outcome, code, sentence, durationMs } = event;
      const failed = code !== undefined && { code, exitCode: exitCodes[code] };
      const level = code === undefined ? 'info' : 'error';
      return { level, message: `${task}: ${sentence}`, window, task, outcome, ...failed, durationMs };
    }
    case 'task-retried': {
      const { window, task, inMs } = event;
      return { level: 'warn', message: `${task} is tried again in ${Math.round(inMs / 1_000)} s`, window, task, inMs };
    }
    case 'task-left-out': {
      const { window, task, why } = event;
      return { level: 'warn', message: `${task} is left out: ${why}`, window, task };
    }
    case 'held':
      return { level: 'error', message: `the daemon writes nothing from here on: ${event.what}` };
    case 'lifted':
      return { level: 'info', message: `the daemon writes again, since ${event.by}` };
    case 'reloaded':
      return { level: 'info', message: 'the config was read again and is in force' };
    case 'reload-failed':
      return { level: 'error', message: `the config was not reloaded, and the old one stays: ${event.message}` };
    case 'warning':
      return { level: 'warn', message: event.message };
  }
}
