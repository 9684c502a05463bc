import type { InMemory } from '../../src/shadow/replay.ts';

/** Work in memory that brings nothing of the application, and tells nobody. */
export const alone: InMemory = { extensions: [], observer: () => undefined };
