import { fileError } from '../files/file-error.ts';
import type { Direction } from '../revision.ts';
import { isBlank, type SqlToken, sqlTokens } from './sql-tokens.ts';

/** A `--` comment of a `.sql` revision. */
export interface LineComment {
  /** The text after the dashes, trimmed. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** Whether it begins in the first column. */
  readonly atMargin: boolean;
}

/** The text between a marker and the next one, or the end of the file. */
export interface SqlSection {
  readonly sql: string;
  /** 1-based line on which `sql` begins: the marker's. */
  readonly line: number;
  readonly comments: readonly LineComment[];
}

/** A `.sql` revision, cut at its first marker. */
export interface SqlFileParts {
  readonly header: readonly LineComment[];
  /** From the first marker on; empty if there is none. */
  readonly rest: string;
  /** 1-based line on which `rest` begins. */
  readonly line: number;
}

interface Marker {
  readonly direction: Direction;
  readonly line: number;
  /** Offsets of the marker's first character and of the one after its last. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a `.sql` revision up to its first marker. A marker inside a string or a block comment does not count.
 * @param text Normalised text of the file.
 * @param path Names the file in errors.
 * @throws {DrydockError} USAGE if the marker is unknown, SQL comes before it, or the text cannot be read as SQL.
 */
export function cutHeader(text: string, path: string): SqlFileParts {
  const header: LineComment[] = [];
  for (const token of sqlTokens(text, 1, path)) {
    if (token.kind === 'lineComment') {
      const comment = lineComment(text, token);
      if (markerDirection(comment, path) !== undefined)
        return { header, rest: text.slice(token.start), line: token.line };
      header.push(comment);
    } else if (!isBlank(token)) {
      throw fileError(path, token.line, 'SQL before the first `-- migrate:up` or `-- migrate:down`');
    }
  }
  return { header, rest: '', line: 1 };
}

/**
 * Splits the rest that {@link cutHeader} returned at its `-- migrate:up` and `-- migrate:down` markers.
 * @param path Names the file in errors.
 * @throws {DrydockError} USAGE if a marker is missing, unknown or repeated, or the text cannot be read as SQL.
 */
export function cutSections(
  { rest, line }: Pick<SqlFileParts, 'rest' | 'line'>,
  path: string,
): Readonly<Record<Direction, SqlSection>> {
  const markers: Marker[] = [];
  const comments: LineComment[][] = [];
  for (const token of sqlTokens(rest, line, path)) {
    if (token.kind !== 'lineComment') continue;
    const comment = lineComment(rest, token);
    const direction = markerDirection(comment, path);
    if (direction === undefined) comments.at(-1)?.push(comment);
    else {
      markers.push({ direction, line: token.line, start: token.start, end: token.start + token.text.length });
      comments.push([]);
    }
  }
  const section = (direction: Direction): SqlSection => {
    const index = indexOfMarker(markers, direction, path);
    const [marker, next] = [markers[index], markers[index + 1]];
    const sql = rest.slice(marker?.end, next?.start);
    return { sql, line: marker?.line ?? 1, comments: comments[index] ?? [] };
  };
  return { up: section('up'), down: section('down') };
}

function lineComment(text: string, token: SqlToken): LineComment {
  const atMargin = token.start === 0 || text[token.start - 1] === '\n';
  return { text: token.text.slice(2).trim(), line: token.line, atMargin };
}

function markerDirection(comment: LineComment, path: string): Direction | undefined {
  if (comment.text === 'migrate:up') return 'up';
  if (comment.text === 'migrate:down') return 'down';
  if (!/^migrate\s*:/i.test(comment.text)) return undefined;
  const problem = `'-- ${comment.text}' is no marker: write \`-- migrate:up\` or \`-- migrate:down\`, alone on its line`;
  throw fileError(path, comment.line, problem);
}

function indexOfMarker(markers: readonly Marker[], direction: Direction, path: string): number {
  const index = markers.findIndex((marker) => marker.direction === direction);
  if (index === -1) {
    const advice = direction === 'down' ? '; the section may be empty, and then a downgrade does nothing here' : '';
    throw fileError(path, 1, `the file has no \`-- migrate:${direction}\`${advice}`);
  }
  const again = markers.slice(index + 1).find((marker) => marker.direction === direction);
  if (again !== undefined) throw fileError(path, again.line, `duplicate marker \`-- migrate:${direction}\``);
  return index;
}
