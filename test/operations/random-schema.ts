/** Random schemas that have a bit of everything, as the scripts that make them. */
import type { Choices } from './choices.ts';

const tableNames = ['t', 'people', 'a table', 'Übung', 'select', "it's"];
const columnNames = ['a', 'b', 'name', 'order', 'two words', 'B2', 'true', 'é', 'x"y', '-- n', 'key', 'no'];
const types = [
  'INTEGER',
  'TEXT',
  'VARCHAR(5)',
  'NUMERIC(10, 2)',
  'FLOAT',
  'BLOB',
  'INT',
  '',
  'MONEY',
  'DOUBLE PRECISION',
];
const strictTypes = ['INTEGER', 'TEXT', 'ANY', 'REAL', 'BLOB', 'INT'];
const values = ['1', '2', "'x'", 'NULL', '-3', "'007'", '1.5', "x'00ff'", "''", '9007199254740993', "'Ünï 😀'", "'X'"];
const blanks = [' ', '\n  ', ' /* note */ ', ' -- to the end\n', '\t'];
const conflicts = ['', ' ON CONFLICT REPLACE', ' ON CONFLICT IGNORE', ' ON CONFLICT ABORT'];

export const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

interface TableModel {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Statements, some of which SQLite will refuse; whoever runs them goes on with the next. */
export function randomScript(choices: Choices): string[] {
  const tables = Array.from({ length: 1 + choices.number(3) }, (_, index): TableModel => {
    const columns = columnNames.filter((_, at) => at < 2 || choices.oneIn(4));
    return { name: tableNames[(index + choices.number(2) * 3) % tableNames.length] ?? 't', columns };
  });
  return [
    ...tables.map((table) => createTable(choices, table, tables)),
    ...tables.flatMap((table) => [
      ...indexes(choices, table),
      ...views(choices, table),
      ...triggers(choices, table, tables),
    ]),
    ...tables.flatMap((table) => rows(choices, table)),
    ...(choices.oneIn(5) ? ['ANALYZE'] : []),
    ...(choices.oneIn(12) ? ['CREATE VIEW "broken long ago" AS SELECT * FROM "not there"'] : []),
  ];
}

function createTable(choices: Choices, table: TableModel, tables: readonly TableModel[]): string {
  const strict = choices.oneIn(6);
  const withoutRowid = choices.oneIn(6);
  const key = choices.number(5);
  const columns = table.columns.map((name, index) => {
    const isKey = index === 0 && (key === 1 || key === 2 || key === 3 || (withoutRowid && key !== 4));
    const type = isKey && key < 3 ? 'INTEGER' : choices.pick(strict ? strictTypes : types);
    const keyWords = isKey ? `PRIMARY KEY${key === 2 && !withoutRowid ? ' AUTOINCREMENT' : ''}` : '';
    return spread(choices, [quote(name), type, ...(isKey ? [keyWords] : columnWords(choices, table, index, tables))]);
  });
  const [a = '', b = ''] = table.columns.map(quote);
  const constraints = choices.list(3, () =>
    choices.pick([
      `UNIQUE (${b}, ${a})${choices.pick(conflicts)}`,
      `CHECK (${b} IS NULL OR ${b} <> 'never')`,
      `CONSTRAINT named CHECK (length(${a}) < 100)`,
      `CONSTRAINT "a key" UNIQUE (${a} COLLATE NOCASE, ${b})`,
      foreignKey(choices, b, tables),
    ]),
  );
  const all = [
    ...columns,
    ...(key === 4 ? [`PRIMARY KEY (${a}${choices.pick(['', ' DESC'])}, ${b})`] : []),
    ...constraints,
  ];
  const options = [strict ? 'STRICT' : '', withoutRowid ? 'WITHOUT ROWID' : ''].filter((word) => word !== '');
  const body = all.join(choices.pick([', ', ',\n  ', ' -- the comma\n, ']));
  return `CREATE TABLE ${quote(table.name)} (${body}${choices.pick(['', '\n', ' -- the end\n'])}) ${options.join(', ')}`;
}

function columnWords(choices: Choices, table: TableModel, index: number, tables: readonly TableModel[]): string[] {
  const name = quote(table.columns[index] ?? '');
  const first = quote(table.columns[0] ?? '');
  if (index > 1 && choices.oneIn(6)) {
    return [choices.pick(['AS', 'GENERATED ALWAYS AS']), `(${first} || '!')`, choices.pick(['', 'VIRTUAL', 'STORED'])];
  }
  const words = [
    'NOT NULL DEFAULT 1',
    "DEFAULT 'it''s'",
    'DEFAULT (1 + 1)',
    'CONSTRAINT "the default" DEFAULT -5',
    'COLLATE NOCASE',
    `UNIQUE${choices.pick(conflicts)}`,
    `CHECK (${name} IS NOT 'bad')`,
    `CONSTRAINT checked${index} CHECK (${name} <> ')' OR ${first} IS NULL)`,
    `REFERENCES ${quote(choices.pick(tables).name)} ${choices.pick(['', 'ON DELETE CASCADE', 'ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED'])}`,
    `NOT NULL${choices.pick(conflicts)}`,
    'CONSTRAINT filled NOT NULL',
    'NULL',
  ];
  return choices.list(2, () => choices.pick(words));
}

function foreignKey(choices: Choices, column: string, tables: readonly TableModel[]): string {
  const parent = choices.pick(tables);
  const [a = ''] = parent.columns.map(quote);
  const action = choices.pick([
    '',
    'ON DELETE SET NULL',
    'ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED',
    'MATCH FULL',
  ]);
  return `${choices.pick(['', 'CONSTRAINT "f k" '])}FOREIGN KEY (${column}) REFERENCES ${quote(parent.name)} (${a}) ${action}`;
}

function indexes(choices: Choices, { name, columns }: TableModel): string[] {
  const [a = '', b = ''] = columns.map(quote);
  return choices.list(2, (index) => {
    const keys = choices.pick([
      a,
      `${b} DESC`,
      `${a}, ${b} COLLATE RTRIM`,
      `lower(${b})`,
      columns.map(quote).join(', '),
    ]);
    const where = choices.pick(['', '', ` WHERE ${a} IS NOT NULL`]);
    return `CREATE ${choices.pick(['', 'UNIQUE '])}INDEX ${quote(`i ${name} ${index}`)} ON ${quote(name)} (${keys})${where}`;
  });
}

function views(choices: Choices, { name, columns }: TableModel): string[] {
  const [a = '', b = ''] = columns.map(quote);
  const selects = [`SELECT * FROM ${quote(name)}`, `SELECT ${a}, max(${b}) AS m FROM ${quote(name)} GROUP BY ${a}`];
  return choices.list(1, () => `CREATE VIEW ${quote(`v ${name}`)} AS ${choices.pick(selects)}`);
}

function triggers(choices: Choices, { name, columns }: TableModel, tables: readonly TableModel[]): string[] {
  const [a = '', b = ''] = columns.map(quote);
  const other = choices.pick(tables);
  const [c = ''] = other.columns.map(quote);
  const bodies = [
    'SELECT 1;',
    `UPDATE ${quote(other.name)} SET ${c} = ${c} WHERE FALSE;`,
    `INSERT OR IGNORE INTO ${quote(other.name)} (${c}) SELECT new.${a} WHERE FALSE;`,
    `DELETE FROM ${quote(other.name)} WHERE ${c} = 'gone';`,
  ];
  const events = ['AFTER INSERT', `BEFORE UPDATE OF ${b}`, 'AFTER UPDATE'];
  return choices.list(
    1,
    () =>
      `CREATE TRIGGER ${quote(`tr ${name}`)} ${choices.pick(events)} ON ${quote(name)} BEGIN ${choices.pick(bodies)} END`,
  );
}

function rows(choices: Choices, { name, columns }: TableModel): string[] {
  return choices.list(5, () => {
    const some = columns.filter(() => !choices.oneIn(5));
    const list = some.map(quote).join(', ');
    const given = some.map(() => choices.pick(values)).join(', ');
    return some.length === 0
      ? `INSERT INTO ${quote(name)} DEFAULT VALUES`
      : `INSERT INTO ${quote(name)} (${list}) VALUES (${given})`;
  });
}

function spread(choices: Choices, words: readonly string[]): string {
  return words
    .filter((word) => word !== '')
    .reduce((text, word) => `${text}${choices.oneIn(6) ? choices.pick(blanks) : ' '}${word}`);
}
