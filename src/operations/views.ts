import { DrydockError } from '../errors.ts';
import { quoteName } from '../schema/quote.ts';
import type { IfExists, IfNotExists } from './columns.ts';
import { keepingDependents } from './dependents.ts';
import type { SqlPort } from './sql-port.ts';

export interface CreateViewOptions extends IfNotExists {
  /** Names of the view's columns; those of the SELECT by default. */
  readonly columns?: readonly string[];
}

/** When a trigger fires and what it does. https://sqlite.org/lang_createtrigger.html */
export interface TriggerDefinition extends IfNotExists {
  /** `instead of` is for views. */
  readonly timing: 'before' | 'after' | 'instead of';
  readonly event: 'insert' | 'update' | 'delete';
  /** With 'update': fires only if one of these columns is set. */
  readonly columns?: readonly string[];
  /** An SQL expression over `new` and `old`. */
  readonly when?: string;
  /** SQL statements, each with its semicolon. */
  readonly body: string;
}

/** Views and triggers. Each is compiled after it was created, since SQLite itself does not look inside. */
export interface ViewOperations {
  /**
   * Creates a view.
   * @param select The SELECT statement.
   * @throws {DrydockError} If it does not compile.
   * @example
   * op.createView('open_orders', 'SELECT id, price FROM orders WHERE shipped IS NULL');
   */
  createView(name: string, select: string, options?: CreateViewOptions): void;

  /**
   * Drops a view.
   * @throws {DrydockError} Naming the views and triggers that need it.
   * @example
   * op.dropView('totals');
   */
  dropView(name: string, options?: IfExists): void;

  /**
   * Creates a trigger.
   * @throws {DrydockError} If it does not compile.
   * @example
   * op.createTrigger('people_renamed', 'people', {
   *   timing: 'after',
   *   event: 'update',
   *   columns: ['name'],
   *   when: 'old.name <> new.name',
   *   body: "INSERT INTO log (what) VALUES (old.name || ' is now ' || new.name);",
   * });
   */
  createTrigger(name: string, table: string, definition: TriggerDefinition): void;

  /**
   * Drops a trigger.
   * @example
   * op.dropTrigger('orders_log', { ifExists: true });
   */
  dropTrigger(name: string, options?: IfExists): void;
}

export function viewOperations(port: SqlPort): ViewOperations {
  return {
    createView(name, select, { columns, ifNotExists = false } = {}) {
      const names = columns === undefined ? '' : ` (${columns.map(quoteName).join(', ')})`;
      const guard = ifNotExists ? ' IF NOT EXISTS' : '';
      keepingDependents(port, `createView of ${name}`, () =>
        port.run(`CREATE VIEW${guard} main.${quoteName(name)}${names} AS ${select}`),
      );
      port.note?.({ operation: 'createView', table: name, method: 'in place', why: 'a view holds no rows' });
    },

    dropView(name, { ifExists = false } = {}) {
      const guard = ifExists ? ' IF EXISTS' : '';
      keepingDependents(port, `dropView of ${name}`, () => port.run(`DROP VIEW${guard} main.${quoteName(name)}`));
      port.note?.({ operation: 'dropView', table: name, method: 'in place', why: 'a view holds no rows' });
    },

    createTrigger(name, table, definition) {
      const sql = triggerSql(name, table, definition);
      keepingDependents(port, `createTrigger of ${name}`, () => port.run(sql));
      port.note?.({ operation: 'createTrigger', table, method: 'in place', why: 'a trigger holds no rows' });
    },

    dropTrigger(name, { ifExists = false } = {}) {
      const [trigger] = port.all(
        "SELECT tbl_name FROM main.sqlite_schema WHERE type = 'trigger' AND name = ? COLLATE NOCASE",
        name,
      );
      if (trigger === undefined && ifExists) return;
      keepingDependents(port, `dropTrigger of ${name}`, () => port.run(`DROP TRIGGER main.${quoteName(name)}`));
      const table = String(trigger?.['tbl_name']);
      port.note?.({ operation: 'dropTrigger', table, method: 'in place', why: 'a trigger holds no rows' });
    },
  };
}

function triggerSql(name: string, table: string, definition: TriggerDefinition): string {
  const { timing, event, columns, when, body, ifNotExists = false } = definition;
  if (columns !== undefined && event !== 'update') {
    throw new DrydockError('REVISION_FAILED', {
      what: `the trigger ${name} names columns, which only an update trigger can do`,
    });
  }
  const of = columns === undefined ? '' : ` OF ${columns.map(quoteName).join(', ')}`;
  const guard = ifNotExists ? ' IF NOT EXISTS' : '';
  const head = `CREATE TRIGGER${guard} main.${quoteName(name)} ${timing.toUpperCase()} ${event.toUpperCase()}${of}`;
  const condition = when === undefined ? '' : ` WHEN ${when}`;
  return `${head} ON ${quoteName(table)}${condition} BEGIN\n${body}\nEND`;
}
