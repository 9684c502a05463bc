/** The command line: argv in, one result out, an exit code. */
import { DrydockError, exitCodes } from '../errors.ts';
import { asRefusal } from '../files/access.ts';
import { hideExperimentalWarnings } from './experimental-warnings.ts';
import { printError } from './print.ts';
import { buildProgram } from './program.ts';

hideExperimentalWarnings();
// If output is no longer possible (a full volume, a closed pipe), the exit code still says how it ended.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

buildProgram()
  .run(process.argv)
  .catch((thrown: unknown) => {
    // Errors of a run already state what happened to the data; others are reworded here.
    const error = asRefusal(thrown);
    printError(error, process.argv.slice(2));
    return error instanceof DrydockError ? error.exitCode : exitCodes.FAULT;
  })
  .then((exitCode) => {
    process.exitCode = exitCode;
  });
