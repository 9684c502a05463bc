import { includesName, sameName } from '../schema/names.ts';
import { keyOf } from '../schema/normalise/normalise.ts';
import type { Expression, Schema, Trigger, View } from '../schema/normalised.ts';
import type { Disturbance } from './affected-objects.ts';
import type { SchemaStep } from './schema-steps.ts';
import { mentionsName } from './with-renames.ts';

/** The views and triggers that are dropped before a table change and created again after it. */
export interface PutAside {
  readonly before: readonly SchemaStep[];
  readonly after: readonly SchemaStep[];
}

/**
 * SQLite refuses RENAME and DROP COLUMN while any view or trigger of the schema refers to something missing, and RENAME
 * edits those that refer to the renamed thing. So three kinds are dropped and recreated: those that change, those that refer
 * to something dropped or renamed, and those that refer to a recreated view.
 * https://sqlite.org/lang_altertable.html#altertabrename
 */
export function putAside(from: Schema, to: Schema, disturbance: Disturbance): PutAside {
  const views = asideViews(from, to, disturbance);
  const triggers = asideTriggers(from, to, disturbance, views);
  const isKept = <T extends View | Trigger>(wanted: T, old: readonly T[], aside: ReadonlySet<T>) =>
    old.some((thing) => !aside.has(thing) && sameName(thing.name, wanted.name));
  return {
    before: [
      ...[...triggers]
        .filter((trigger) => !goesWithItsTable(trigger, disturbance))
        .map(({ name }) => ({ kind: 'dropTrigger' as const, name })),
      ...[...views].map(({ name }) => ({ kind: 'dropView' as const, name })),
    ],
    after: [
      ...to.views.filter((view) => !isKept(view, from.views, views)),
      ...to.triggers.filter((trigger) => !isKept(trigger, from.triggers, triggers)),
    ].map(({ sql }) => ({ kind: 'create' as const, sql })),
  };
}

/** A trigger that refers to something else that is dropped would be broken until its own table is dropped. */
function goesWithItsTable({ table, body }: Trigger, { gone }: Disturbance): boolean {
  return includesName(gone, table) && !gone.some((name) => !sameName(name, table) && mentionsName(body, name));
}

function asideViews(from: Schema, to: Schema, disturbance: Disturbance): ReadonlySet<View> {
  const aside = new Set(from.views.filter((view) => isChanged(view, to.views) || speaksOfAny(view, disturbance, from)));
  if (!isDisturbing(disturbance)) return aside;
  // A view of a recreated view is broken meanwhile; each round finds the views one step further away.
  let size = -1;
  while (aside.size !== size) {
    size = aside.size;
    for (const view of from.views) {
      if ([...aside].some(({ name }) => mentionsName(view.body, name))) aside.add(view);
    }
  }
  return aside;
}

function asideTriggers(
  from: Schema,
  to: Schema,
  disturbance: Disturbance,
  views: ReadonlySet<View>,
): ReadonlySet<Trigger> {
  const viewNames = [...views].map(({ name }) => name);
  return new Set(
    from.triggers.filter(
      (trigger) =>
        isChanged(trigger, to.triggers) ||
        speaksOfAny(trigger, disturbance, from) ||
        includesName([...viewNames, ...disturbance.dropped], trigger.table) ||
        (isDisturbing(disturbance) && viewNames.some((name) => mentionsName(trigger.body, name))),
    ),
  );
}

function isChanged<T extends View | Trigger>(thing: T, wanted: readonly T[]): boolean {
  const same = wanted.find(({ name }) => sameName(name, thing.name));
  return same === undefined || keyOf(same.body) !== keyOf(thing.body);
}

function speaksOfAny({ body }: View | Trigger, { tables, columns }: Disturbance, from: Schema): boolean {
  if (tables.some((name) => mentionsName(body, name))) return true;
  return columns.some(({ table, column }) => mentionsName(body, column) && reaches(body, table, from.views, []));
}

/** Whether it refers to the table directly or through any number of views. */
function reaches(body: Expression, table: string, views: readonly View[], seen: readonly View[]): boolean {
  if (mentionsName(body, table)) return true;
  const onward = views.filter((view) => !seen.includes(view) && mentionsName(body, view.name));
  return onward.some((view) => reaches(view.body, table, views, [...seen, view]));
}

function isDisturbing({ tables, columns }: Disturbance): boolean {
  return tables.length + columns.length > 0;
}
