/**
 * What `alembic_version` holds before and after a command, as Alembic leaves it: each line was run with Alembic 1.20.0 on
 * the same graph. Its rules: a row for each head of what is applied, none for a revision that another applied one
 * revises or depends on; a downgrade and a stamp leave the rows of other branches alone.
 */
import type { graphs } from './helpers.ts';

export interface RowCase {
  readonly graph: keyof typeof graphs;
  readonly before: readonly string[];
  readonly verb: 'upgrade' | 'downgrade' | 'stamp';
  readonly targets: readonly string[];
  readonly after: readonly string[];
}

/** `graph, before, verb, targets, after`; rows and targets with blanks between. */
const lines = `
linear  |                     | upgrade   | head       | 0031_fix
linear  |                     | upgrade   | +2         | 002_second
linear  | 0031_fix            | downgrade | 002_second | 002_second
linear  | 0031_fix            | downgrade | -3         | 001_first
linear  | 0031_fix            | downgrade | base       |
linear  |                     | stamp     | head       | 0031_fix
linear  | 0031_fix            | stamp     | 001_first  | 001_first
linear  | 0031_fix            | stamp     | base       |
fork    |                     | upgrade   | heads      | b1 c1
fork    |                     | upgrade   | b1         | b1
fork    | b1                  | upgrade   | c1         | b1 c1
fork    | b1 c1               | downgrade | a1         | a1
fork    | b1 c1               | downgrade | b1@-1      | c1
fork    | b1 c1               | downgrade | base       |
fork    | b1                  | downgrade | -1         | a1
fork    |                     | stamp     | heads      | b1 c1
fork    |                     | stamp     | b1 c1      | b1 c1
fork    | b1                  | stamp     | c1         | b1 c1
fork    | b1 c1               | stamp     | a1         | a1
fork    | b1 c1               | stamp     | base       |
merge   |                     | upgrade   | head       | m1
merge   | b1 c1               | upgrade   | head       | m1
merge   | b1                  | upgrade   | m1         | m1
merge   | m1                  | downgrade | b1         | b1 c1
merge   | m1                  | downgrade | c1         | b1 c1
merge   | m1                  | downgrade | a1         | a1
merge   | m1                  | stamp     | a1         | a1
merge   | b1 c1               | stamp     | m1         | m1
merge   | m1                  | stamp     | b1         | b1
labels  |                     | upgrade   | left@head  | b2
labels  | b2                  | upgrade   | right@+1   | b2 c1
labels  | b2 c1               | upgrade   | heads      | b2 c3
labels  | b2 c3               | downgrade | right@-2   | b2 c1
labels  | b2 c3               | downgrade | right@c1   | b2 c1
labels  | b2 c3               | downgrade | left@a1    | c3
labels  | b2 c3               | downgrade | left@base  |
labels  | b2 c3               | stamp     | right@head | b2 c3
labels  | b2 c3               | stamp     | left@base  | c3
labels  | b2                  | stamp     | left@b1    | b1
depends |                     | upgrade   | heads      | a3 x3
depends |                     | upgrade   | extra@head | x3
depends |                     | upgrade   | x2         | x2
depends | x1                  | upgrade   | a2         | a2 x1
depends | a2 x1               | upgrade   | x2         | x2
depends | x2                  | upgrade   | a3         | a3 x2
depends | a3 x3               | downgrade | extra@base | a3
depends | x3                  | downgrade | extra@base | a2
depends | x3                  | downgrade | x1         | a2 x1
depends | a3 x3               | downgrade | a1         | a1 x1
depends | a3 x3               | downgrade | main@base  | x1
depends | x3                  | downgrade | -1         | x2
depends | x3                  | downgrade | main@-1    | a1 x1
depends |                     | stamp     | heads      | a3 x3
depends | a3 x3               | stamp     | x1         | a3 x1
depends | a3 x3               | stamp     | a1         | a1
depends | x3                  | stamp     | main@base  |
needed  |                     | upgrade   | heads      | x1
needed  |                     | upgrade   | main@head  | a2
needed  | a2                  | upgrade   | extra@head | x1
needed  | x1                  | downgrade | extra@base | a2
needed  | x1                  | downgrade | main@base  |
needed  | x1                  | downgrade | main@-1    | a1
needed  | x1                  | downgrade | base       |
needed  |                     | stamp     | heads      | x1
needed  | x1                  | stamp     | extra@base |
`;

const words = (cell: string | undefined) => (cell ?? '').split(' ').filter((word) => word !== '');

export const rowCases: readonly RowCase[] = lines
  .trim()
  .split('\n')
  .map((line) => {
    const [graph, before, verb, targets, after] = line.split('|').map((cell) => cell.trim());
    return {
      graph: graph as RowCase['graph'],
      before: words(before),
      verb: verb as RowCase['verb'],
      targets: words(targets),
      after: words(after),
    };
  });
