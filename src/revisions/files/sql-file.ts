import { readBroken, readNulls } from '../expectation-text.ts';
import type { Expectation, Revision } from '../revision.ts';
import { cutHeader, cutSections, type LineComment, type SqlFileParts, type SqlSection } from '../sql/sql-sections.ts';
import { splitStatements, statementProblem } from '../sql/statements.ts';
import { checksum, normaliseText } from './checksum.ts';
import { fileError, filesError } from './file-error.ts';
import {
  checkDependencies,
  checkExpectations,
  checkId,
  checkLabels,
  checkParents,
  type Placed,
  revisionMessage,
} from './header.ts';
import { requireLineEndings } from './line-endings.ts';

const headerKeys = ['revision', 'revises', 'message', 'transaction', 'depends-on', 'branch-labels'] as const;
type HeaderKey = (typeof headerKeys)[number];
type Header = ReadonlyMap<HeaderKey, Placed<string>>;
/** The parts of a revision that come from its sections. */
type Sections = Pick<Revision, 'expect' | 'body'>;

/**
 * Reads a `.sql` revision: a header of `-- key: value` comments, then the sections `-- migrate:up` and `-- migrate:down`.
 * @param text The file's text.
 * @param path Absolute path of the file.
 * @param recorded Checksums of texts that have been read completely before. Their sections are read only on demand, which a
 *   start that finds nothing pending never needs.
 * @throws {DrydockError} USAGE, naming the line, for the first violation of the format, or for all statements that a
 *   revision may not contain.
 */
export function parseSqlRevision(text: string, path: string, recorded: ReadonlySet<string> = new Set()): Revision {
  const parts = cutHeader(normaliseText(text), path);
  const header = readHeader(parts.header, path);
  const id = revisionId(header, path);
  const transaction = readTransaction(header);
  const ownChecksum = checksum(text);
  let sections: Sections | undefined;
  const readOnce = () => {
    if (sections !== undefined) return sections;
    requireLineEndings(text, path);
    sections = readSections(parts, transaction, path);
    return sections;
  };
  if (!recorded.has(ownChecksum)) readOnce();
  return {
    id,
    revises: checkParents(readList(header, 'revises')),
    dependsOn: checkDependencies(readList(header, 'depends-on')),
    branchLabels: checkLabels(readList(header, 'branch-labels')),
    message: revisionMessage(header.get('message')?.value, id),
    path,
    checksum: ownChecksum,
    transaction,
    get expect() {
      return readOnce().expect;
    },
    get body() {
      return readOnce().body;
    },
  };
}

function readSections(parts: SqlFileParts, transaction: boolean, path: string): Sections {
  const sections = cutSections(parts, path);
  const expect = { up: readExpectations(sections.up, path), down: readExpectations(sections.down, path) };
  const up = splitStatements(sections.up.sql, sections.up.line, path);
  const down = splitStatements(sections.down.sql, sections.down.line, path);
  const mode = transaction ? 'transaction' : 'autocommit';
  const refused = [...up, ...down]
    .toSorted((one, other) => one.line - other.line)
    .flatMap(({ sql, line }) => {
      const problem = statementProblem(sql, mode);
      return problem === undefined ? [] : [fileError(path, line, problem)];
    });
  const error = filesError(refused);
  if (error !== undefined) throw error;
  return { expect, body: { kind: 'sql', up, down } };
}

function readHeader(comments: readonly LineComment[], path: string): Header {
  const header = new Map<HeaderKey, Placed<string>>();
  for (const comment of comments) {
    const key = headerKey(comment, path);
    if (key === undefined) continue;
    if (header.has(key)) throw fileError(path, comment.line, `duplicate header \`-- ${key}:\``);
    const value = comment.text.slice(comment.text.indexOf(':') + 1).trim();
    header.set(key, { value, file: path, line: comment.line });
  }
  return header;
}

/** The key of a `-- key: value` comment; undefined for prose, which is anything but one word before the colon. */
function headerKey(comment: LineComment, path: string): HeaderKey | undefined {
  const word = /^([A-Za-z_-]+)\s*:(?!\/\/)/.exec(comment.text)?.[1];
  const known = headerKeys.find((key) => key === word);
  if (word === undefined || known !== undefined) return known;
  // Only the linter reads this one.
  if (word === 'lint') return undefined;
  if (word.includes('-') && !/^(?:depend|branch)/i.test(word)) return undefined;
  if (word === 'expect') {
    throw fileError(path, comment.line, '`-- expect:` belongs below `-- migrate:up` or `-- migrate:down`');
  }
  const misspelt = headerKeys.some((key) => key === word.toLowerCase());
  if (!misspelt && word !== word.toLowerCase()) return undefined;
  const keys = headerKeys.map((key) => `\`-- ${key}:\``).join(', ');
  throw fileError(
    path,
    comment.line,
    `'${word}' is not a header of a revision: valid headers are ${keys}, in lower case`,
  );
}

function revisionId(header: Header, path: string): string {
  const id = header.get('revision');
  if (id === undefined) throw fileError(path, 1, 'the header has no `-- revision: <id>`');
  return checkId(id);
}

/** Comma-separated names; none if the header is missing or says `none`. */
function readList(header: Header, key: HeaderKey): Placed<readonly string[]> {
  const list = header.get(key);
  if (list === undefined) return { value: [], file: '', line: 1 };
  return { ...list, value: list.value === 'none' ? [] : list.value.split(',').map((name) => name.trim()) };
}

function readTransaction(header: Header): boolean {
  const transaction = header.get('transaction');
  if (transaction === undefined || transaction.value === 'true') return true;
  if (transaction.value === 'false') return false;
  const problem = `\`-- transaction:\` is '${transaction.value}': write true or false`;
  throw fileError(transaction.file, transaction.line, problem);
}

function readExpectations(section: SqlSection, path: string): readonly Expectation[] {
  const expectations: Placed<Expectation>[] = [];
  for (const { text, line, atMargin } of section.comments) {
    // Only at the margin, because a comment on a column may well read `-- revision: of the text`.
    const key = headerKeys.find((known) => atMargin && text.startsWith(`${known}:`));
    if (key !== undefined) throw fileError(path, line, `\`-- ${key}:\` belongs in the header, above the first marker`);
    if (/^expect\s*:/i.test(text)) expectations.push({ value: readExpectation(text, line, path), file: path, line });
  }
  return checkExpectations(expectations);
}

function readExpectation(text: string, line: number, path: string): Expectation {
  const column = /^expect:\s*nulls\s+(\S.*)$/s.exec(text)?.[1];
  const nulls = column === undefined ? undefined : readNulls(column);
  if (nulls !== undefined) return nulls;
  const object = /^expect:\s*broken\s+(.+)$/.exec(text)?.[1];
  const broken = object === undefined ? undefined : readBroken(object);
  if (broken !== undefined) return broken;
  const [, quoted, bare, amount] =
    /^expect:\s*rows\s+(?:"((?:[^"]|"")+)"|([^\s"]+))\s+(fewer|dropped|[+-]\d+)$/.exec(text) ?? [];
  const table = quoted?.replaceAll('""', '"') ?? bare;
  const rows = amount === 'fewer' || amount === 'dropped' ? amount : Number(amount);
  if (table !== undefined && (typeof rows === 'string' || Number.isSafeInteger(rows))) return { table, rows };
  const examples =
    '`-- expect: rows comments -10`, `+5`, `fewer` or `dropped`, `-- expect: nulls comments.author_id`, or `-- expect: broken view names`';
  throw fileError(path, line, `'-- ${text}' cannot be read: write it like ${examples}`);
}
