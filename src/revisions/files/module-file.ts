import { readNulls } from '../expectation-text.ts';
import type { Direction, Expectation, Revision } from '../revision.ts';
import { checksum, normaliseText } from './checksum.ts';
import { fileError, lineAt } from './file-error.ts';
import {
  checkDependencies,
  checkExpectations,
  checkId,
  checkLabels,
  checkParents,
  type Placed,
  revisionMessage,
} from './header.ts';
import { type Literal, notLiteral, readLiteral } from './module-literal.ts';
import { maskModule } from './module-text.ts';

const headerNames = ['revision', 'revises', 'dependsOn', 'branchLabels', 'message', 'transaction', 'expect'] as const;
/** Alembic's spellings and ours. Under Alembic's, a revision would silently lose its place in the graph. */
const alembicNames: ReadonlyMap<string, HeaderName> = new Map<string, HeaderName>([
  ['down_revision', 'revises'],
  ['depends_on', 'dependsOn'],
  ['branch_labels', 'branchLabels'],
]);
type HeaderName = (typeof headerNames)[number];
type Header = ReadonlyMap<HeaderName, Placed<Literal>>;

interface ModuleSource {
  readonly text: string;
  /** The text without comments and without the contents of strings. */
  readonly code: string;
  readonly path: string;
}

/**
 * Reads the header of a `.ts` or `.js` revision, its `export const` declarations, without running the module.
 * @param text The file's text.
 * @param path Absolute path of the file.
 * @throws {DrydockError} USAGE, naming the line, if a header is missing, wrong or not a literal, or `upgrade` or `downgrade`
 *   is not exported.
 */
export function parseModuleRevision(text: string, path: string): Revision {
  const normal = normaliseText(text);
  const source = { text: normal, code: maskModule(normal, path), path };
  const header = readHeader(source);
  const id = revisionId(header, source);
  requireFunction(source, 'upgrade');
  requireFunction(source, 'downgrade');
  return {
    id,
    revises: checkParents(readList(header, 'revises')),
    dependsOn: checkDependencies(readList(header, 'dependsOn')),
    branchLabels: checkLabels(readList(header, 'branchLabels')),
    message: revisionMessage(typed(header, 'message', isString, 'a string'), id),
    path,
    checksum: checksum(text),
    transaction: typed(header, 'transaction', isBoolean, 'true or false') ?? true,
    expect: readExpect(header),
    body: { kind: 'module' },
  };
}

function readHeader(source: ModuleSource): Header {
  const header = new Map<HeaderName, Placed<Literal>>();
  for (const declaration of source.code.matchAll(/(?<![\w$.])export\s+(const|let|var)\s+([\w$]+)/g)) {
    const [found, keyword, word] = declaration;
    const name = headerNames.find((known) => known === word);
    const line = lineAt(source.text, declaration.index);
    const ours = alembicNames.get(word ?? '');
    if (ours !== undefined) throw fileError(source.path, line, `use \`${ours}\` instead of \`${word}\``);
    if (name === undefined) continue;
    if (keyword !== 'const') throw fileError(source.path, line, `\`${name}\` must be an \`export const\``);
    if (header.has(name)) throw fileError(source.path, line, `duplicate \`export const ${name}\``);
    const value = readInitialiser(source, declaration.index + found.length);
    header.set(name, { value, file: source.path, line });
  }
  return header;
}

/** Reads `: Type = literal as const satisfies Type;`, starting after the name. */
function readInitialiser({ text, code, path }: ModuleSource, offset: number): Literal {
  const equals = /^[^;=]*=(?![=>])/.exec(code.slice(offset))?.[0];
  if (equals === undefined) throw notLiteral(text, offset, path);
  const { value, end } = readLiteral(text, offset + equals.length, path);
  const rest = code.slice(end).replace(/^[ \t]+(?:as|satisfies)\b[\w$.<>[\]|& ,'"{}:]*/, '');
  // Without a semicolon the declaration continues as long as the next line can be part of it.
  const ends = /^\s*(?:;|$)|^[ \t]*\n\s*(?:[\w$@}'"]|$)/.test(rest);
  if (!ends) throw notLiteral(text, end, path);
  return value;
}

/** https://nodejs.org/api/esm.html#differences-between-es-modules-and-commonjs */
const isCommonJs = /\bmodule\.exports\b|\bexports\.\w+\s*=|\bdefineProperty\(exports\b/;

function revisionId(header: Header, { code: text, path }: ModuleSource): string {
  const id = typed(header, 'revision', isString, 'a string');
  if (id === undefined && isCommonJs.test(text))
    throw fileError(
      path,
      1,
      'the module is CommonJS: write it with `export`, or ship the .ts file that it was compiled from',
    );
  if (id === undefined)
    throw fileError(path, 1, "the module has no `export const revision = '<id>'`; a helper belongs in a subfolder");
  return checkId({ value: id, file: path, line: header.get('revision')?.line ?? 1 });
}

/** One name, several, or none. */
function readList(header: Header, name: 'revises' | 'dependsOn' | 'branchLabels'): Placed<readonly string[]> {
  const wanted = name === 'branchLabels' ? 'a label, an array of labels, or null' : 'an id, an array of ids, or null';
  const names = typed(header, name, isNames, wanted) ?? [];
  const { file, line } = header.get(name) ?? { file: '', line: 1 };
  return { value: typeof names === 'string' ? [names] : names, file, line };
}

function readExpect(header: Header): { up: readonly Expectation[]; down: readonly Expectation[] } {
  const expect = header.get('expect');
  const value =
    typed(header, 'expect', isMap, 'an object such as { up: { comments: -10 } }') ?? new Map<string, Literal>();
  for (const key of value.keys()) {
    if (expect === undefined || key === 'up' || key === 'down') continue;
    throw fileError(expect.file, expect.line, `\`expect\` has up and down, and no '${key}'`);
  }
  return { up: readDirection(value.get('up'), 'up', expect), down: readDirection(value.get('down'), 'down', expect) };
}

function readDirection(
  tables: Literal | undefined,
  direction: Direction,
  place: Placed<Literal> | undefined,
): readonly Expectation[] {
  if (tables === undefined || place === undefined) return [];
  if (!isMap(tables)) throw fileError(place.file, place.line, `\`expect.${direction}\` must be an object of tables`);
  const expectations = [...tables].map(([table, rows]): Placed<Expectation> => {
    if (isRows(rows)) return { ...place, value: { table, rows } };
    const nulls = rows === 'nulls' ? readNulls(table) : undefined;
    if (nulls !== undefined) return { ...place, value: nulls };
    if (rows === 'broken') return { ...place, value: { broken: table } };
    const problem = `\`expect.${direction}\` of table '${table}' must be a whole number, 'fewer' or 'dropped', of a view, trigger or table with a foreign key 'broken', or of a column ('comments.author_id') 'nulls'`;
    throw fileError(place.file, place.line, problem);
  });
  return checkExpectations(expectations);
}

function requireFunction({ code, path }: ModuleSource, name: 'upgrade' | 'downgrade'): void {
  const exported = new RegExp(`(?<![\\w$.])export\\s+(?:const|(?:async\\s+)?function)\\s+${name}(?![\\w$])`);
  if (exported.test(code)) return;
  throw fileError(path, 1, `the module has no \`export function ${name}(op)\``);
}

/** The value of a header, if present, after checking its type. */
function typed<T extends Literal>(
  header: Header,
  name: HeaderName,
  fits: (value: Literal) => value is T,
  wanted: string,
): T | undefined {
  const found = header.get(name);
  if (found === undefined) return undefined;
  if (!fits(found.value)) throw fileError(found.file, found.line, `\`${name}\` must be ${wanted}`);
  return found.value;
}

const isString = (value: Literal): value is string => typeof value === 'string';
const isBoolean = (value: Literal): value is boolean => typeof value === 'boolean';
const isMap = (value: Literal): value is ReadonlyMap<string, Literal> => value instanceof Map;
const isNames = (value: Literal): value is string | readonly string[] | null =>
  value === null || isString(value) || (Array.isArray(value) && value.every(isString));
const isRows = (value: Literal): value is number | 'fewer' | 'dropped' =>
  value === 'fewer' || value === 'dropped' || (typeof value === 'number' && Number.isSafeInteger(value));
