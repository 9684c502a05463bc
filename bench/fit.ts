/** With which power of its argument a time grows. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What a straight line measured twice on a machine that is not quite idle may differ by. */
const tolerance = 0.15;

export interface Growth {
  /** Of the time beyond that of the smallest; undefined where it hardly grows. */
  readonly power: number | undefined;
  /** From which argument on it was fitted: the last tenfold, where what a start costs no longer hides the rest. */
  readonly from: number;
  readonly linear: boolean;
}

/** @param points Ordered by x. */
export function growthOf(points: readonly Point[]): Growth {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) throw new Error('there are no points to fit');
  const upper = points.filter(({ x }) => x > first.x && x >= last.x / 10);
  const from = upper[0]?.x ?? last.x;
  const beyond = upper.map(({ x, y }) => ({ x, y: y - first.y })).filter(({ y }) => y > 0);
  if (beyond.length < 2 || last.y < 1.25 * first.y) return { power: undefined, from, linear: true };
  const power = slope(beyond.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) })));
  return { power, from, linear: power <= 1 + tolerance };
}

/** Of the straight line with the least squares. */
function slope(points: readonly Point[]): number {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  return mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) ** 2);
}
