/** The only places that write to stdout and stderr for a verb. */

import { codeOf, DrydockError, exitCodes, messageOf } from '../errors.ts';
import { plural } from '../format.ts';
import { shortened, visible, visibleJson, visibleText } from '../visible.ts';

/** The output of a verb. */
export interface Output {
  /** What `--json` prints; documented in docs/json.md. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** 0 unless a script must be able to tell the answer from the exit code. */
  readonly exitCode?: number;
  /** The text is for a program, byte for byte. A terminal shows it like any other. */
  readonly script?: true;
  /** The exit code of a run does not depend on whether its report can be written; other verbs fail without their output. */
  readonly ran?: true;
}

export function printOutput(verb: string, output: Output, format: 'json' | 'text'): void {
  process.stdout.write(renderOutput(verb, output, format), (error) => {
    // The reader has closed the pipe.
    if (error === undefined || error === null || codeOf(error) === 'EPIPE') return;
    const state = output.ran ? ' What was done stands.' : '';
    process.stderr.write(`drydock: The answer could not be written to stdout (${codeOf(error)}).${state}\n`);
    if (output.ran) return;
    process.once('exit', () => {
      process.exitCode = exitCodes.FAULT;
    });
  });
}

/** What {@link printOutput} prints. */
export function renderOutput(verb: string, output: Output, format: 'json' | 'text'): string {
  if (format === 'json') {
    return `${visibleJson(JSON.stringify({ command: verb, ok: (output.exitCode ?? 0) === 0, ...output.data }))}\n`;
  }
  const isForProgram = output.script && !process.stdout.isTTY;
  return `${isForProgram ? output.text : visibleText(output.text)}\n`;
}

/** Keeps the end of the message, which says what to do. The JSON has all of it. */
const longestMessage = 8_000;

/**
 * One line on stderr: what, in what state the data is, what to do; before it, each of several places in files. With `--json` the same on stdout as an object. Looks
 * for the flags in argv itself, since parsing them may be what failed.
 */
export function printError(error: unknown, argv: readonly string[]): void {
  const known = error instanceof DrydockError ? error : undefined;
  if (argv.includes('--json')) {
    const {
      code = 'FAULT',
      exitCode = exitCodes.FAULT,
      what = messageOf(error),
      state = null,
      next = null,
      places,
    } = known ?? {};
    process.stdout.write(
      `${visibleJson(JSON.stringify({ ok: false, error: { code, exitCode, what, state, next, places } }))}\n`,
    );
  }
  const places = known?.places ?? [];
  const counted = known?.with({ what: `${plural(places.length, 'problem')} in the revision files, listed above` });
  const message =
    (places.length === 0 ? known : counted)?.message ??
    `Unexpected: ${messageOf(error)}${codeOf(error) && ` (${codeOf(error)})`}. Run again with --debug and report it.`;
  for (const place of places) process.stderr.write(`  ${visible(place)}\n`);
  process.stderr.write(`drydock: ${shortened(visible(message), longestMessage)}\n`);
  // Indented, so that no line of a message looks like one of ours.
  if (argv.includes('--debug')) process.stderr.write(`${visibleText(stackOf(error)).replace(/^/gm, '  ')}\n`);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack}${cause}`;
}
