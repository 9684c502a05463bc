import { visible } from '../visible.ts';

/** Node 22 announces node:sqlite and the stripping of types as experimental on stderr, which belongs to the log. */
export function hideExperimentalWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning')
      process.stderr.write(`${visible(`${warning.name}: ${warning.message}`)}\n`);
  });
}
