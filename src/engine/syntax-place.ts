/** Where a module has a syntax error: Node leaves the place out of the error that an import() is rejected with. */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../errors.ts';

/** Compiles a module without running it, in a process that prints its error with the place, and no warnings. */
const compile = `
  import { readFileSync } from 'node:fs';
  import { stripTypeScriptTypes } from 'node:module';
  import { SourceTextModule } from 'node:vm';
  const [, path] = process.argv;
  const text = readFileSync(path, 'utf8');
  new SourceTextModule(/\\.m?ts$/i.test(path) ? stripTypeScriptTypes(text) : text, { identifier: path });`;

/**
 * @param error What the import of the module threw.
 * @returns `line:column`, both 1-based; undefined if the error is not in the syntax of this file.
 */
export function syntaxPlace(path: string, error: unknown): string | undefined {
  if (!(error instanceof SyntaxError)) return undefined;
  const shown = placeShown(error.stack ?? '', pathToFileURL(path).href);
  if (shown !== undefined) return shown;
  const { stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', '--experimental-vm-modules', '--input-type=module', '--eval', compile, path],
    { encoding: 'utf8' },
  );
  // A module that it imports may have the error, and then this file has none.
  return stderr?.includes(messageOf(error)) ? placeShown(stderr, path) : undefined;
}

/** The place that Node shows above an error: `file:line`, the text of the line, and carets below the column. */
function placeShown(text: string, file: string): string | undefined {
  const [head = '', ...below] = text.split('\n');
  const line = head.startsWith(`${file}:`) ? head.slice(file.length + 1) : '';
  const column = below.find((each) => /^\s*\^+\s*$/.test(each))?.indexOf('^') ?? 0;
  return /^\d+$/.test(line) ? `${line}:${column + 1}` : undefined;
}
