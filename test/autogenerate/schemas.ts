/** Random schemas: valid ones, small enough that two of them share names, over everything that a plan has to deal with. */
import fc from 'fast-check';
import { quoteName } from '../../src/schema/quote.ts';

interface ColumnSpec {
  readonly type: string;
  readonly strictType: string;
  readonly notNull: string;
  readonly default: string;
  readonly collate: string;
  readonly generated: string;
  readonly check: string;
  readonly unique: string;
  readonly references: string;
}

interface TableSpec {
  readonly columns: Readonly<Record<string, ColumnSpec | undefined>>;
  readonly order: readonly string[];
  readonly key: 'none' | 'column' | 'rowid' | 'autoincrement' | 'descending' | 'named' | 'composite';
  readonly options: readonly string[];
  readonly check: string;
  readonly unique: string;
  readonly foreignKey: string;
  readonly indexes: readonly string[];
  readonly view: string;
  readonly trigger: string;
}

export interface SchemaSpec {
  readonly tables: Readonly<Record<string, TableSpec | undefined>>;
  readonly search: boolean;
}

const tableNames = ['alpha', 'beta', 'the gamma'] as const;
const columnNames = ['a', 'b', 'key', 'Émile', 'd'] as const;

const mostly = (usual: string, ...rare: string[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, fc.constantFrom(usual, ...rare));

const columnSpec: fc.Arbitrary<ColumnSpec> = fc.record({
  type: fc.constantFrom('INTEGER', 'TEXT', 'VARCHAR(20)', 'decimal(10,2)', 'TEXT', ''),
  strictType: fc.constantFrom('INTEGER', 'TEXT', 'ANY'),
  notNull: mostly('', 'NOT NULL', 'NOT NULL', 'NOT NULL ON CONFLICT REPLACE'),
  default: mostly(
    '',
    'DEFAULT 0',
    "DEFAULT 'it''s'",
    'DEFAULT (1 + 1)',
    'DEFAULT CURRENT_TIMESTAMP',
    'DEFAULT -1.5',
    'DEFAULT TRUE',
    'DEFAULT word',
  ),
  collate: mostly('', 'COLLATE NOCASE'),
  generated: mostly('', 'AS (lower(%)) VIRTUAL', 'GENERATED ALWAYS AS (% || 1) STORED', 'AS (%)'),
  check: mostly('', 'CHECK (! > 0)', 'CONSTRAINT named CHECK (! <> % -- why\n)', 'CHECK (! IS NOT %)'),
  unique: mostly('', 'UNIQUE', 'CONSTRAINT one UNIQUE ON CONFLICT IGNORE'),
  references: mostly(
    '',
    'REFERENCES @',
    'REFERENCES @ ON DELETE CASCADE',
    'CONSTRAINT points REFERENCES @ DEFERRABLE INITIALLY DEFERRED',
  ),
});

const tableSpec: fc.Arbitrary<TableSpec> = fc.record({
  columns: fc.record(
    Object.fromEntries(columnNames.map((name) => [name, fc.option(columnSpec, { nil: undefined, freq: 3 })])),
  ),
  order: fc.shuffledSubarray([...columnNames], { minLength: columnNames.length }),
  key: fc.oneof(
    { weight: 3, arbitrary: fc.constant('rowid' as const) },
    fc.constantFrom('none', 'column', 'autoincrement', 'descending', 'named', 'composite'),
  ),
  options: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.subarray(['STRICT', 'WITHOUT ROWID'])),
  check: mostly('', 'CHECK (% IS NOT NULL OR id > 0)', 'CONSTRAINT whole CHECK (id <> %)'),
  unique: mostly('', 'UNIQUE (%, id)', 'CONSTRAINT both UNIQUE (id, % COLLATE NOCASE)'),
  foreignKey: mostly(
    '',
    'FOREIGN KEY (%) REFERENCES @',
    'CONSTRAINT far FOREIGN KEY (%) REFERENCES @ ON UPDATE SET NULL',
  ),
  indexes: fc.subarray(
    [
      'CREATE INDEX "#1" ON # (%)',
      'CREATE INDEX "#1" ON # (% DESC)',
      'CREATE UNIQUE INDEX "#2" ON # (id, %) WHERE % IS NOT NULL',
      'CREATE INDEX "#3" ON # (lower(%), id COLLATE NOCASE)',
    ],
    { maxLength: 2 },
  ),
  view: mostly('', 'SELECT id, % FROM #', 'SELECT count(*) AS n FROM # WHERE % > 0', 'SELECT * FROM #'),
  trigger: mostly(
    '',
    'AFTER INSERT ON # BEGIN UPDATE # SET id = id WHERE % IS new.%; END',
    'BEFORE DELETE ON # WHEN old.% > 1 BEGIN SELECT 1; END',
  ),
});

export const schemaSpec: fc.Arbitrary<SchemaSpec> = fc.record({
  tables: fc.record(
    Object.fromEntries(tableNames.map((name) => [name, fc.option(tableSpec, { nil: undefined, freq: 4 })])),
  ),
  search: fc.boolean(),
});

/** The second is often the first with a part of it replaced, so that not everything differs at once. */
export const schemaPair: fc.Arbitrary<readonly [SchemaSpec, SchemaSpec]> = fc.oneof(
  fc.tuple(schemaSpec, schemaSpec),
  fc
    .tuple(
      schemaSpec,
      tableSpec,
      fc.constantFrom(...tableNames),
      fc.subarray(
        ['columns', 'order', 'key', 'options', 'check', 'unique', 'foreignKey', 'indexes', 'view', 'trigger'] as const,
        { minLength: 1, maxLength: 3 },
      ),
    )
    .map(([from, other, name, parts]) => {
      const table = from.tables[name];
      const replaced =
        table === undefined ? other : { ...table, ...Object.fromEntries(parts.map((part) => [part, other[part]])) };
      return [from, { ...from, tables: { ...from.tables, [name]: replaced } }] as const;
    }),
  fc
    .tuple(schemaSpec, columnSpec, fc.constantFrom(...tableNames), fc.constantFrom(...columnNames))
    .map(([from, column, name, columnName]) => {
      const table = from.tables[name];
      if (table === undefined) return [from, from] as const;
      const columns = { ...table.columns, [columnName]: table.columns[columnName] === undefined ? column : undefined };
      return [from, { ...from, tables: { ...from.tables, [name]: { ...table, columns } } }] as const;
    }),
  fc
    .tuple(schemaSpec, fc.constantFrom(...tableNames), fc.constantFrom(...columnNames), fc.constantFrom(...columnNames))
    .map(([from, name, column, newName]) => {
      const table = from.tables[name];
      if (table === undefined) return [from, from] as const;
      const columns = { ...table.columns, [column]: undefined, [newName]: table.columns[column] };
      return [from, { ...from, tables: { ...from.tables, [name]: { ...table, columns } } }] as const;
    }),
  fc.tuple(schemaSpec, fc.constantFrom(...tableNames), fc.constantFrom(...tableNames)).map(([from, name, newName]) => {
    const tables = { ...from.tables, [name]: undefined, [newName]: from.tables[name] };
    return [from, { ...from, tables }] as const;
  }),
);

export function scriptOf({ tables, search }: SchemaSpec): string {
  const names = tableNames.filter((name) => tables[name] !== undefined);
  const parts = names.flatMap((name) => {
    const table = tables[name];
    return table === undefined
      ? []
      : tableScript(
          name,
          table,
          names.find((other) => hasSimpleKey(tables[other])),
        );
  });
  const virtual = search ? ['CREATE VIRTUAL TABLE search USING fts5(title, body)'] : [];
  return [...parts, ...virtual].join(';\n');
}

/** Whether `REFERENCES table` finds a key of one column in it. */
function hasSimpleKey(table: TableSpec | undefined): boolean {
  return table !== undefined && !['none', 'composite'].includes(table.key);
}

function tableScript(name: string, spec: TableSpec, parent: string | undefined): string[] {
  const present = spec.order.filter((column) => spec.columns[column] !== undefined);
  const plain = present.filter((column) => spec.columns[column]?.generated === '');
  const fill = (sql: string, own: string) => {
    const other = plain.find((column) => column !== own) ?? 'id';
    return sql
      .replaceAll('%', quoteName(other))
      .replaceAll('!', quoteName(own))
      .replaceAll('"#', `"${name} `)
      .replaceAll('#', quoteName(name))
      .replaceAll('@', quoteName(parent ?? name));
  };
  const withoutRowid = spec.options.includes('WITHOUT ROWID') && spec.key !== 'none' && spec.key !== 'autoincrement';
  const strict = spec.options.includes('STRICT');
  const hasParent = parent !== undefined;
  const lines = [
    idColumn(spec.key),
    ...present.map((column) => columnLine(column, spec.columns[column], { fill, strict, hasParent })),
    ...(spec.key === 'named' ? ['CONSTRAINT main_key PRIMARY KEY (id)'] : []),
    ...(spec.key === 'composite' ? [fill('PRIMARY KEY (%, id)', 'id').replace('(id, id)', '(id)')] : []),
    ...[spec.check, spec.unique, hasParent ? spec.foreignKey : '']
      .filter((line) => line !== '')
      .map((line) => fill(line, 'id').replace('(id, id)', '(id)')),
  ];
  const options = [...(strict ? ['STRICT'] : []), ...(withoutRowid ? ['WITHOUT ROWID'] : [])].join(', ');
  return [
    `CREATE TABLE ${quoteName(name)} (\n  ${lines.join(',\n  ')}\n) ${options}`,
    ...spec.indexes
      .filter((sql, at) => spec.indexes.findIndex((other) => other.slice(0, 22) === sql.slice(0, 22)) === at)
      .map((sql) => fill(sql, 'id')),
    ...(spec.view === '' ? [] : [`CREATE VIEW "view of ${name}" AS ${fill(spec.view, 'id')}`]),
    ...(spec.view === '' ? [] : [`CREATE VIEW "more of ${name}" AS SELECT * FROM "view of ${name}"`]),
    ...(spec.trigger === '' ? [] : [`CREATE TRIGGER "trigger of ${name}" ${fill(spec.trigger, 'id')}`]),
  ];
}

function idColumn(key: TableSpec['key']): string {
  const constraint = {
    none: '',
    column: 'PRIMARY KEY',
    rowid: 'PRIMARY KEY',
    autoincrement: 'PRIMARY KEY AUTOINCREMENT',
    descending: 'PRIMARY KEY DESC',
    named: '',
    composite: '',
  }[key];
  const type = key === 'column' ? 'TEXT' : 'INTEGER';
  return `id ${type} ${constraint}`;
}

function columnLine(
  name: string,
  spec: ColumnSpec | undefined,
  {
    fill,
    strict,
    hasParent,
  }: { readonly fill: (sql: string, own: string) => string; readonly strict: boolean; readonly hasParent: boolean },
): string {
  if (spec === undefined) return '';
  const type = strict ? spec.strictType : spec.type;
  const value = spec.generated === '' ? spec.default : spec.generated;
  const words = [
    type,
    value,
    spec.notNull,
    spec.collate,
    spec.check,
    spec.unique,
    hasParent && spec.generated === '' ? spec.references : '',
  ];
  return [quoteName(name), ...words.filter((word) => word !== '').map((word) => fill(word, name))].join(' ');
}
