/** What a report says, before it is HTML or Markdown: sections of a few kinds of blocks. */

import type { RecordedPhase } from '../records/run-record.ts';
import type { Standing } from './html/badge.ts';

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'text'; readonly label?: string; readonly text: string }
  /** What only somebody looks at who needs it. */
  | { readonly kind: 'note'; readonly text: string }
  /** Something that must not be overlooked. */
  | { readonly kind: 'alert'; readonly standing: 'bad' | 'warning'; readonly text: string }
  | { readonly kind: 'facts'; readonly pairs: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly language: 'sql' | 'sh'; readonly text: string }
  | { readonly kind: 'table'; readonly columns: readonly TableColumn[]; readonly rows: readonly (readonly Cell[])[] }
  /** One line, under which there is more. */
  | { readonly kind: 'fold'; readonly title: string; readonly mark: Mark | null; readonly blocks: readonly Block[] }
  | { readonly kind: 'timeline'; readonly phases: readonly RecordedPhase[]; readonly durationMs: number };

export interface TableColumn {
  readonly title: string;
  readonly kind: 'text' | 'number';
}

/** A word and how it stands. */
export interface Mark {
  readonly standing: Standing;
  readonly text: string;
}

export type Cell = string | Mark;

export interface Report {
  readonly title: string;
  /** How it ended, in a word. */
  readonly mark: Mark;
  readonly sections: readonly Section[];
  readonly footer: string;
}
