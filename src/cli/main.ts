#!/usr/bin/env node
/** The command line: argv in, one result out, an exit code. */
import { DrydockError, exitCodes } from '../errors.ts';
import { printError } from './print.ts';
import { buildProgram } from './program.ts';

hideExperimentalWarnings();

try {
  process.exitCode = await buildProgram().run(process.argv);
} catch (error) {
  printError(error, process.argv.slice(2));
  process.exitCode = error instanceof DrydockError ? error.exitCode : exitCodes.FAULT;
}

/** Node 22 announces node:sqlite and the stripping of types as experimental on stderr, which belongs to the log. */
function hideExperimentalWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });
}
