/** A clock that tests turn: time passes when everybody waits, and what it shows can be set. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/daemon/clock.ts';

interface Waiting {
  readonly at: number;
  readonly wake: () => void;
}

export class TurnedClock implements Clock {
  /** Time as it passes, which nobody can set. */
  #passed = 0;
  #shown: number;
  readonly #waiting = new Set<Waiting>();

  constructor(start: string) {
    this.#shown = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#shown + this.#passed);
  }

  wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(waiting);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const waiting = { at: this.#passed + milliseconds, wake };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', wake, { once: true });
      if (signal.aborted) wake();
    });
  }

  /** What a person, or a service that sets clocks, does to it. */
  set(instant: string): void {
    this.#shown = Date.parse(instant) - this.#passed;
  }

  /** Lets time pass until the clock shows this. */
  async passUntil(instant: string): Promise<void> {
    const end = Date.parse(instant) - this.#shown;
    for (;;) {
      await setImmediate();
      const [next] = [...this.#waiting].sort((one, other) => one.at - other.at);
      if (next === undefined || next.at > end) break;
      this.#passed = Math.max(this.#passed, next.at);
      next.wake();
    }
    this.#passed = Math.max(this.#passed, end);
    await setImmediate();
  }
}
