/** The part of the page about how cost grows, and its plots. */
import { type Growth, growthOf, type Point } from './fit.ts';
import { type Axis, axes, type GrowthFigures } from './growth.ts';
import type { Cell } from './measured.ts';
import type { Section } from './part.ts';
import { type Line, renderPlot } from './plot.ts';
import { median, table } from './words.ts';

const titles: Readonly<Record<Axis, readonly [title: string, unit: string, what: string]>> = {
  size: [
    'Time of an upgrade by the size of the database',
    'MB',
    `Add a column, fill it, index it: the whole job. Two things in it are SQLite's and more than linear: the sort for the new index, and in WAL
mode the look for each page in a log that has become as large as the database, which goes through the log's index part by part.
From 1 GB to 4 GB it is the disk: what is written outgrows what the system takes in at once and writes later. The script's copy alone
takes ten times as long there, and Drydock writes the database once more than the script does, and waits until it is on the disk.`,
  ],
  revisions: [
    'Time of an upgrade by the number of revisions',
    'revisions',
    'From an empty file, trivial SQL revisions.',
  ],
  tables: [
    'Time of an upgrade by the number of tables',
    'tables',
    'Ten rows in each, an index, a foreign key to the one before; one of them is changed.',
  ],
};

export function renderGrowth(cells: readonly Cell<'growth'>[]): Section {
  const figures = cells.map((cell) => cell.figures);
  const measured = axes.filter((axis) => figures.some((one) => one.axis === axis));
  const grown = measured.flatMap((axis) =>
    linesOf(figures, axis).map(({ name, points }) => ({ axis, name, ...growthOf(points) })),
  );
  const worse = grown.filter(({ linear }) => !linear);
  const seen =
    worse.length === 0
      ? 'met'
      : `missed: ${worse.map(({ axis, name, power }) => `${name}, by ${axis}: the power ${power?.toFixed(2)}`).join('; ')}`;
  const text = `## How cost grows

Medians of whole processes in milliseconds. For each line, a power is fitted to the time beyond that of the smallest case, over the
last tenfold of growth; 1 is linear, and anything up to 1.15 counts as linear.

${measured.map((axis) => renderAxis(figures, axis)).join('\n\n')}`;
  return { text, aims: [['Nothing grows worse than linear with size, revisions or tables', seen]] };
}

export function plotGrowth(figures: readonly GrowthFigures[], axis: Axis): string {
  const [title, unit] = titles[axis];
  return renderPlot(title, unit, linesOf(figures, axis));
}

function renderAxis(figures: readonly GrowthFigures[], axis: Axis): string {
  const [title, unit, what] = titles[axis];
  const lines = linesOf(figures, axis);
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const rows = xs.map((x) => [
    x,
    ...lines.map(({ points }) => points.find((point) => point.x === x)?.y.toFixed(0) ?? ''),
  ]);
  const head = [unit, ...lines.map(({ name }) => name)];
  return `### ${title}

${what}

![${title}](performance-${axis}.svg)

${table(
  head,
  rows,
  head.map(() => '---:'),
)}

${lines.map(({ name, points }) => `- ${name}: ${inWords(growthOf(points), unit)}`).join('\n')}`;
}

function inWords({ power, from, linear }: Growth, unit: string): string {
  if (power === undefined) return 'hardly grows';
  const how = linear ? (power < 0.85 ? 'less than linear' : 'linear') : 'worse than linear';
  return `from ${from} ${unit} on with the power ${power.toFixed(2)}, ${how}`;
}

function linesOf(figures: readonly GrowthFigures[], axis: Axis): Line[] {
  const ofAxis = figures.filter((one) => one.axis === axis);
  return [...new Set(ofAxis.map(({ line }) => line))].map((name) => ({
    name,
    points: ofAxis
      .filter(({ line }) => line === name)
      .map(({ x, times }): Point => ({ x, y: median(times) }))
      .sort((one, other) => one.x - other.x),
  }));
}
