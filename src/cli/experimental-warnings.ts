import { visible } from '../visible.ts';

/** Node 22 prints experimental warnings for node:sqlite and type stripping to stderr, which is reserved for the log. */
export function hideExperimentalWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning')
      process.stderr.write(`${visible(`${warning.name}: ${warning.message}`)}\n`);
  });
}
