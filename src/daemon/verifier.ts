/** A process of its own that reads the whole database: the daemon must answer meanwhile, and may have to end it. */
import { verifyDatabase } from '../api/verify.ts';
import type { Config } from '../config/config.ts';
import { toWire } from '../engine/wire-error.ts';
import type { VerifierReply } from './verify-apart.ts';

process.on('disconnect', () => process.exit(0));

process.once('message', (config: Config) => {
  process.send?.(answer(config));
});

function answer(config: Config): VerifierReply {
  try {
    return { kind: 'answer', value: verifyDatabase(config) };
  } catch (error) {
    return { kind: 'error', error: toWire(error) };
  }
}
