/** Milliseconds by something, both axes logarithmic: an SVG that stands alone. */

export interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const [width, height] = [860, 420];
const frame = { left: 60, right: 580, top: 30, bottom: 370 };
/** Of Okabe and Ito, which the colour-blind can tell apart; the first is the one that the plot is about. */
const colours = ['#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#666666'];

/** @param across What the lower axis counts. */
export function renderPlot(title: string, across: string, lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const ticks = [...new Set(all.map(({ x }) => x))].sort((a, b) => a - b);
  const [lowest, highest] = [Math.min(...all.map(({ y }) => y)), Math.max(...all.map(({ y }) => y))];
  const right = scale([Math.min(...ticks), Math.max(...ticks)], [frame.left + 20, frame.right - 20]);
  const up = scale([lowest, highest], [frame.bottom - 15, frame.top + 15]);
  const grid = levels(lowest, highest).map(
    (level) =>
      `<line x1="${frame.left}" x2="${frame.right}" y1="${up(level)}" y2="${up(level)}" stroke="#ddd"/>` +
      `<text x="${frame.left - 8}" y="${up(level) + 4}" text-anchor="end">${level}</text>`,
  );
  const marks = ticks.map((x) => `<text x="${right(x)}" y="${frame.bottom + 20}" text-anchor="middle">${x}</text>`);
  const ends = spread(lines.map(({ points }) => up(points.at(-1)?.y ?? lowest)));
  const drawn = lines.map(({ name, points }, index) => {
    const colour = colours[index % colours.length];
    const path = points.map(({ x, y }) => `${right(x)},${up(y)}`).join(' ');
    const dots = points.map(({ x, y }) => `<circle cx="${right(x)}" cy="${up(y)}" r="3.5" fill="${colour}"/>`);
    const weight = index === 0 ? 3 : 1.5;
    const label = `<text x="${frame.right + 8}" y="${(ends[index] ?? 0) + 4}" fill="${colour}">${name} ${points.at(-1)?.y.toFixed(0)} ms</text>`;
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="${weight}"/>${dots.join('')}${label}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="white"/>
<text x="${frame.left}" y="18" font-size="14">${title}</text>
${[...grid, ...marks, ...drawn].join('\n')}
<text x="${(frame.left + frame.right) / 2}" y="${frame.bottom + 40}" text-anchor="middle">${across}</text>
<text x="16" y="${(frame.top + frame.bottom) / 2}" text-anchor="middle" transform="rotate(-90 16 ${(frame.top + frame.bottom) / 2})">milliseconds</text>
</svg>
`;
}

type Range = readonly [from: number, to: number];

function scale([low, high]: Range, [from, to]: Range): (value: number) => number {
  const span = Math.log(high / low);
  return (value) => Math.round((from + (span === 0 ? 0 : (Math.log(value / low) / span) * (to - from))) * 10) / 10;
}

/** 1, 2 and 5 times the powers of ten. */
function levels(lowest: number, highest: number): number[] {
  const powers = [1, 10, 100, 1_000, 10_000, 100_000];
  return powers
    .flatMap((power) => [power, 2 * power, 5 * power])
    .filter((level) => level >= lowest && level <= highest);
}

/** Labels that would lie on each other move down. */
function spread(heights: readonly number[]): number[] {
  const apart = 16;
  const placed: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  const order = heights.map((height, index) => ({ height, index })).sort((a, b) => a.height - b.height);
  for (const { height, index } of order) {
    last = Math.max(height, last + apart);
    placed[index] = last;
  }
  return placed;
}
