/** The content of a report, independent of HTML and Markdown: sections with a few kinds of blocks. */

import type { RecordedPhase } from '../records/run-record.ts';
import type { Standing } from './html/badge.ts';

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'text'; readonly label?: string; readonly text: string }
  /** A detail, for readers who need it. */
  | { readonly kind: 'note'; readonly text: string }
  /** Something that must not be overlooked. */
  | { readonly kind: 'alert'; readonly standing: 'bad' | 'warning'; readonly text: string }
  | { readonly kind: 'facts'; readonly pairs: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly language: 'sql' | 'sh'; readonly text: string }
  | { readonly kind: 'table'; readonly columns: readonly TableColumn[]; readonly rows: readonly (readonly Cell[])[] }
  /** One line that unfolds to more. */
  | { readonly kind: 'fold'; readonly title: string; readonly mark: Mark | null; readonly blocks: readonly Block[] }
  | { readonly kind: 'timeline'; readonly phases: readonly RecordedPhase[]; readonly durationMs: number };

export interface TableColumn {
  readonly title: string;
  readonly kind: 'text' | 'number';
}

/** A word or two, and whether that is good or bad. */
export interface Mark {
  readonly standing: Standing;
  readonly text: string;
}

export type Cell = string | Mark;

export interface Report {
  readonly title: string;
  /** How the run ended. */
  readonly mark: Mark;
  readonly sections: readonly Section[];
  readonly footer: string;
}
