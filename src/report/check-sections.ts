/** The checks of a run as sections: rows of each table, statistics, and all others. */
import type { CheckResult } from '../checks/measurement.ts';
import { partUntouched } from '../checks/untouched.ts';
import { describeNumber } from '../format.ts';
import type { Cell, Section, TableColumn } from './section.ts';

const text = (title: string): TableColumn => ({ title, kind: 'text' });
const number = (title: string): TableColumn => ({ title, kind: 'number' });

export function checkSections(checks: readonly CheckResult[]): Section[] {
  const { told, sentence } = partUntouched(checks);
  const untouched: Section[] =
    sentence === undefined ? [] : [{ title: 'Tables left alone', blocks: [{ kind: 'text', text: sentence }] }];
  const of = (...kinds: readonly CheckResult['check'][]) => told.filter(({ check }) => kinds.includes(check));
  return [
    ...section(
      'Checks',
      of('integrity', 'constraints', 'foreign keys', 'objects', 'references'),
      [text('Check'), text('Found'), text('Verdict')],
      (result) => [result.check, result.message, verdict(result)],
    ),
    ...section('Rows', of('rows'), counted('Table'), measured),
    ...untouched,
    ...section('Statistics', of('statistic'), counted('Statistic'), measured),
  ];
}

const counted = (what: string) => [text(what), number('Before'), number('After'), number('Change'), text('Verdict')];

function section(
  title: string,
  results: readonly CheckResult[],
  columns: readonly TableColumn[],
  row: (result: CheckResult) => readonly Cell[],
): Section[] {
  if (results.length === 0) return [];
  const failed = results.filter(({ ok }) => !ok).map(({ message }) => message);
  return [
    {
      title,
      blocks: [
        ...failed.map((message) => ({ kind: 'alert' as const, standing: 'bad' as const, text: message })),
        { kind: 'table', columns, rows: results.map(row) },
      ],
    },
  ];
}

function measured(result: CheckResult): readonly Cell[] {
  const { subject, before, after } = result;
  return [subject, value(before), value(after), change(before, after), verdict(result)];
}

function verdict({ ok }: CheckResult): Cell {
  return ok ? { standing: 'good', text: 'ok' } : { standing: 'bad', text: 'failed' };
}

type Measured = CheckResult['before'];

function value(of: Measured): string {
  if (of === null) return '–';
  return typeof of === 'number' ? describeNumber(of) : of;
}

function change(before: Measured, after: Measured): string {
  if (before === after) return 'as before';
  if (before === null) return 'new';
  if (after === null) return 'gone';
  if (typeof before !== 'number' || typeof after !== 'number') return 'another';
  const difference = after - before;
  return `${difference > 0 ? '+' : '−'}${value(Math.abs(difference))}`;
}
