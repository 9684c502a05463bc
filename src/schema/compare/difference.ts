import type {
  Check,
  Column,
  ForeignKey,
  Index,
  PrimaryKey,
  Table,
  Trigger,
  Unique,
  View,
  VirtualTable,
} from '../normalised.ts';

/** What the two sides of a comparison hold: undefined if one side lacks it. */
interface Sides<T> {
  readonly from: T | undefined;
  readonly to: T | undefined;
}

interface Told {
  /** The table, view or virtual table concerned; for an index or trigger, the one that it belongs to. */
  readonly table: string;
  /** The thing itself: a column, a constraint (by its name, otherwise its content), an index. */
  readonly name: string;
  /** One plain sentence: what is, and what should be. */
  readonly sentence: string;
  /** The same difference before and after a run, as what the run did. */
  readonly change: string;
}

/** A difference in words. */
export type Words = Pick<Told, 'sentence' | 'change'>;

type Of<Kind extends string, T> = Told & Sides<T> & { readonly kind: Kind };

/** One difference between two schemas: missing if `from` is undefined, unexpected if `to` is. */
export type SchemaDifference =
  | Of<'table', Table>
  | Of<'strict' | 'withoutRowid', Table>
  /** Another order of the columns: mild, since only `SELECT *` and INSERT without names notice. */
  | Of<'order', Table>
  /** A name in other letter case: mild, since SQLite treats both as equal. */
  | Of<'spelling', Table | Column>
  | Of<'column', Column>
  | Of<'type' | 'nullability' | 'default' | 'collation' | 'generated', Column>
  | Of<'primaryKey' | 'autoincrement', PrimaryKey>
  | Of<'unique', Unique>
  | Of<'check', Check>
  | Of<'foreignKey', ForeignKey>
  | Of<'index', Index>
  | Of<'view', View>
  | Of<'trigger', Trigger>
  | Of<'virtualTable', VirtualTable>;

export type DifferenceKind = SchemaDifference['kind'];

/** Whether a caller may ignore it: no statement that names its columns can tell the two schemas apart. */
export function isMild({ kind }: SchemaDifference): boolean {
  return kind === 'order' || kind === 'spelling';
}

/** @param subject Something that one side lacks. */
export function existenceWords(subject: string, from: unknown): Words {
  return from === undefined
    ? { sentence: `${subject} is missing`, change: `${subject} is new` }
    : { sentence: `${subject} is there and should not be`, change: `${subject} goes` };
}

/** `column t.a is TEXT` and `be INTEGER`. */
export function differenceWords(is: string, be: string): Words {
  return { sentence: `${is} and should ${be}`, change: `${is} and will ${be}` };
}

/** @param subject The text before the name: `column t.`. */
export function spellingWords(subject: string, from: string, to: string): Words {
  return { sentence: `${subject}${to} is spelt ${from}`, change: `${subject}${from} is spelt ${to}` };
}
