import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from '../../src/checks/judge.ts';
import type {
  CheckResult,
  ForeignKeyViolations,
  Measurement,
  StatisticValue,
  TableRename,
} from '../../src/checks/measurement.ts';
import type { StatisticRule } from '../../src/config/statistic.ts';
import type { Direction, RowExpectation } from '../../src/revisions/revision.ts';

const noViolations: ForeignKeyViolations = { pairs: [], keys: [], complete: true, unusable: [] };

const all = {
  left: [],
  references: [],
  broken: [],
  written: { kind: 'every table', because: 'a test' },
  changed: null,
} as const;
const oneStep = (expectations: readonly RowExpectation[], renames: readonly TableRename[] = []) => ({
  steps: [{ id: '001', direction: 'up', format: 'sql', expectations } as const],
  left: [{ rows: {}, renames }],
});
const mismatch = { table: 'c', fault: 'mismatch' };

function measured(parts: Partial<Measurement>): Measurement {
  return { integrity: [], brokenConstraints: [], foreignKeys: noViolations, rows: {}, statistics: [], ...parts };
}

function judged(check: CheckResult['check'], before: Partial<Measurement>, after: Partial<Measurement>): CheckResult[] {
  const sides = { before: measured(before), after: measured(after) };
  return judge({ ...sides, steps: [], ...all, direction: 'up', rules: [] }).filter((result) => result.check === check);
}

function orphans(rows: number, keys: string[], complete = keys.length === rows): ForeignKeyViolations {
  return { pairs: rows === 0 ? [] : [{ table: 'c', parent: 'p', rows }], keys, complete, unusable: [] };
}

test('a sound database passes with one line for integrity and one for foreign keys', () => {
  const sound = measured({});
  assert.deepEqual(judge({ before: sound, after: sound, steps: [], ...all, direction: 'up', rules: [] }), [
    { check: 'integrity', subject: 'database', ok: true, before: 0, after: 0, message: 'the file is sound' },
    {
      check: 'foreign keys',
      subject: 'database',
      ok: true,
      before: 0,
      after: 0,
      message: 'no row refers to a missing row',
    },
  ]);
});

test('damage fails, even where it was there before', () => {
  const [result] = judged('integrity', { integrity: ['a'] }, { integrity: ['row 1 missing from index i', 'b'] });
  assert.equal(result?.ok, false);
  assert.equal(result?.message, 'the file is damaged: row 1 missing from index i (and 1 more)');
});

test('of a damaged result nothing else is said, since nothing else was measured', () => {
  const [before, after] = [measured({ rows: { people: 2 } }), measured({ integrity: ['a'] })];
  const results = judge({ before, after, steps: [], ...all, direction: 'up', rules: [] });
  assert.deepEqual(
    results.map(({ check }) => check),
    ['integrity'],
  );
});

test('a table whose pages have changed fails if no statement of the run could have written it', () => {
  const sides = { before: measured({ rows: { a: 1, b: 1 } }), after: measured({ rows: { a: 1, b: 1 } }) };
  const written = { kind: 'tables', tables: ['A'], views: [] } as const;
  const results = (changed: readonly string[] | null) =>
    judge({ ...sides, steps: [], left: [], references: [], broken: [], written, changed, direction: 'up', rules: [] });
  assert.deepEqual(
    results(['a', 'b']).filter(({ ok }) => !ok),
    [
      {
        check: 'integrity',
        subject: 'b',
        ok: false,
        before: null,
        after: null,
        message: 'pages of b have changed, and no statement of the run could have written it',
      },
    ],
  );
  const untouched = (changed: readonly string[] | null) =>
    results(changed)
      .filter(({ check }) => check === 'rows')
      .map((result) => result.untouched);
  assert.deepEqual(untouched(['a']), [undefined, 'same bytes']);
  assert.deepEqual(untouched(null), [undefined, 'not written']);
});

test('rows that break a constraint are let be where they did before, and one more of them fails', () => {
  const broken = (rows: number) => [{ constraint: 'NULL value in t.a', rows }];
  const oks = (before: number, after: number) =>
    judged('constraints', { brokenConstraints: broken(before) }, { brokenConstraints: broken(after) }).map(
      ({ ok }) => ok,
    );
  assert.deepEqual([oks(2, 2), oks(2, 1), oks(2, 3), oks(0, 1)], [[true], [true], [false], [false]]);
  const [gone] = judged('constraints', { brokenConstraints: broken(2) }, {});
  assert.equal(gone?.message, 'NULL value in t.a: 0 rows (2 before)');
});

test('what broke a constraint or referred to nothing before may do so under a new name, and no more of it', () => {
  const side = (table: string, rows: number) => ({
    rows: { [table]: 9, kept: 1 },
    brokenConstraints: [{ constraint: `NULL value in ${table}.a`, rows }],
    foreignKeys: { pairs: [{ table, parent: 'p', rows }], keys: [], complete: false, unusable: [] },
  });
  const oks = (before: ReturnType<typeof side>, after: ReturnType<typeof side>) =>
    (['constraints', 'foreign keys'] as const).map((check) => judged(check, before, after).every(({ ok }) => ok));
  assert.deepEqual(oks(side('people', 2), side('persons', 2)), [true, true]);
  assert.deepEqual(oks(side('people', 2), side('persons', 3)), [false, false]);
  assert.deepEqual(oks(side('people', 2), side('kept', 2)), [false, false]);
});

const violations: [name: string, before: ForeignKeyViolations, after: ForeignKeyViolations, ok: boolean][] = [
  ['orphans that were there pass', orphans(1, ['c|1|p']), orphans(1, ['c|1|p']), true],
  ['fewer orphans pass', orphans(2, ['c|1|p', 'c|2|p']), orphans(1, ['c|2|p']), true],
  ['orphans that are gone pass', orphans(1, ['c|1|p']), orphans(0, []), true],
  ['a first orphan fails', orphans(0, []), orphans(1, ['c|1|p']), false],
  ['one more orphan fails', orphans(1, ['c|1|p']), orphans(2, ['c|1|p', 'c|2|p']), false],
  ['as many but other orphans fail', orphans(1, ['c|1|p']), orphans(1, ['c|2|p']), false],
  ['others are not looked for in lists cut short', orphans(5, ['c|1|p'], false), orphans(5, ['c|2|p'], false), true],
  ['nor where only the first was cut short', orphans(5, ['c|1|p'], false), orphans(1, ['c|2|p']), true],
  ['one more fails in lists cut short too', orphans(5, ['c|1|p'], false), orphans(6, ['c|1|p'], false), false],
  ['without rowids the count decides', orphans(2, ['c||p', 'c||p']), orphans(3, ['c||p', 'c||p', 'c||p']), false],
  ['without rowids as many pass', orphans(2, ['c||p', 'c||p']), orphans(2, ['c||p', 'c||p']), true],
  ['a foreign key that stops working fails', noViolations, { ...noViolations, unusable: [mismatch] }, false],
  [
    'one that never worked passes',
    { ...noViolations, unusable: [mismatch] },
    { ...noViolations, unusable: [mismatch] },
    true,
  ],
];
for (const [name, before, after, ok] of violations) {
  test(`foreign keys: ${name}`, () => {
    const results = judged('foreign keys', { foreignKeys: before }, { foreignKeys: after });
    assert.deepEqual(
      results.map((result) => result.ok),
      [ok],
    );
  });
}

test('foreign keys: the message names both tables and the new row', () => {
  const [more] = judged('foreign keys', {}, { foreignKeys: orphans(1, ['c|1|p']) });
  assert.equal(more?.message, '1 row of c refers to a row of p that does not exist (0 before)');
  const [other] = judged(
    'foreign keys',
    { foreignKeys: orphans(1, ['c|1|p']) },
    { foreignKeys: orphans(1, ['c|2|p']) },
  );
  assert.match(other?.message ?? '', /and the one with rowid 2 is new$/);
  assert.equal(other?.subject, 'c -> p');
});

test('foreign keys: of one that cannot work nothing is said that is true of old tables only', () => {
  const unusable = [{ table: 'c', fault: 'foreign key mismatch - "c" referencing "p"' }];
  const [result] = judged('foreign keys', {}, { rows: { c: 0, p: 0 }, foreignKeys: { ...noViolations, unusable } });
  assert.equal(
    result?.message,
    'a foreign key cannot work, since the columns that it refers to are not a unique key: foreign key mismatch - "c" referencing "p"',
  );
});

type Rows = RowExpectation['rows'];
const rowCases: [before: number | null, after: number | null, announced: Rows[], ok: boolean][] = [
  [609, 609, [], true],
  [609, 700, [], true],
  [609, 599, [], false],
  [609, 599, [-10], true],
  [609, 599, [-4, -6], true],
  [609, 599, [-9], false],
  [609, 609, [-10], false],
  [609, 619, [10], true],
  [609, 620, [10], false],
  [609, 609, [0], true],
  [609, 610, [0], false],
  [609, 609, [5, -5], true],
  [609, 0, ['fewer'], true],
  [609, 700, ['fewer'], true],
  [609, 500, ['fewer', -10], true],
  [609, null, [], false],
  [609, null, ['fewer'], false],
  [609, null, [-609], false],
  [609, null, ['dropped'], true],
  [609, null, ['dropped', -10], true],
  [609, 609, ['dropped'], true],
  [609, 3, ['dropped'], true],
  [0, null, [], true],
  [0, null, [0], true],
  [0, null, [3], false],
  [null, 0, [], true],
  [null, 5, [], true],
  [null, 5, [5], true],
  [null, 5, [6], false],
];
for (const [before, after, announced, ok] of rowCases) {
  test(`rows: ${before} to ${after}, announced ${JSON.stringify(announced)}: ${ok ? 'passes' : 'fails'}`, () => {
    const rows = (count: number | null): Partial<Measurement> => ({ rows: count === null ? {} : { comments: count } });
    const results = judge({
      before: measured(rows(before)),
      after: measured(rows(after)),
      ...all,
      ...oneStep(announced.map((said) => ({ table: 'Comments', rows: said }))),
      direction: 'up',
      rules: [],
    }).filter(({ check }) => check === 'rows');
    assert.deepEqual(
      results.map((result) => [result.ok, result.before, result.after, result.subject]),
      [[ok, before, after, 'comments']],
    );
  });
}

test('rows: an unannounced loss says what to write', () => {
  const [result] = judged('rows', { rows: { comments: 609 } }, { rows: { comments: 599 } });
  assert.equal(
    result?.message,
    'comments lost 10 rows (609 before, 599 after), which is not announced; ' +
      'if that is intended, add `-- expect: rows comments -10` to the revision',
  );
  const [gone] = judged('rows', { rows: { comments: 1 } }, {});
  assert.equal(
    gone?.message,
    'comments is gone (1 row before), which is not announced; ' +
      'if that is intended, add `-- expect: rows comments dropped` to the revision',
  );
});

const renameCases: [name: string, after: Measurement['rows'], expectations: readonly RowExpectation[], ok: boolean][] =
  [
    ['keeps its rows', { attachment: 5 }, [], true],
    ['loses rows', { attachment: 4 }, [], false],
    [
      'loses rows behind the announcement that it is dropped',
      { attachment: 4 },
      [{ table: 'resource', rows: 'dropped' }],
      false,
    ],
    ['loses rows announced under the new name', { attachment: 4 }, [{ table: 'attachment', rows: -1 }], true],
    ['loses rows announced under the old name', { attachment: 4 }, [{ table: 'resource', rows: -1 }], true],
    ['loses other rows than announced under the old name', { attachment: 3 }, [{ table: 'resource', rows: -1 }], false],
  ];
for (const [name, after, expectations, ok] of renameCases) {
  test(`rows: a renamed table that ${name} ${ok ? 'passes' : 'fails'}`, () => {
    const sides = { before: measured({ rows: { resource: 5 } }), after: measured({ rows: after }) };
    const one = oneStep(expectations, [{ from: 'resource', to: 'attachment' }]);
    const results = judge({ ...sides, ...all, ...one, direction: 'up', rules: [] }).filter(
      ({ check }) => check === 'rows',
    );
    assert.deepEqual(
      results.map((result) => [result.subject, result.before, result.after, result.ok]),
      [['attachment', 5, after['attachment'], ok]],
    );
  });
}

test('rows: two tables that changed names are each compared with themselves', () => {
  const sides = { before: measured({ rows: { a: 5, b: 2 } }), after: measured({ rows: { a: 2, b: 5 } }) };
  const one = oneStep(
    [],
    [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
    ],
  );
  const results = judge({ ...sides, ...all, ...one, direction: 'up', rules: [] }).filter(
    ({ check }) => check === 'rows',
  );
  assert.deepEqual(
    results.map((result) => [result.subject, result.before, result.ok]),
    [
      ['a', 2, true],
      ['b', 5, true],
    ],
  );
});

test('rows: a table that takes the name of a dropped one does not hide what that lost', () => {
  const sides = { before: measured({ rows: { t: 100, n: 3 } }), after: measured({ rows: { t: 3 } }) };
  const one = oneStep([], [{ from: 'n', to: 't' }]);
  const results = judge({ ...sides, ...all, ...one, direction: 'up', rules: [] }).filter(
    ({ check }) => check === 'rows',
  );
  assert.deepEqual(
    results.map(({ subject, before, after, ok }) => [subject, before, after, ok]),
    [
      ['n', 3, null, false],
      ['t', 100, 3, false],
    ],
  );
});

test('rows: what to add to a module has the form of one', () => {
  const sides = { before: measured({ rows: { comments: 5 } }), after: measured({ rows: {} }) };
  const steps = [{ id: 'a1', direction: 'down', format: 'module', expectations: [] } as const];
  const left = [{ rows: {}, renames: [] }];
  const message = judge({ ...sides, ...all, steps, left, direction: 'down', rules: [] }).at(-1)?.message ?? '';
  assert.match(message, /add `export const expect = \{ down: \{ comments: 'dropped' \} \};` to the revision$/);
});

test('rows: every table has a line, and names of Object are only names', () => {
  const results = judged('rows', { rows: { constructor: 1, b: 2 } }, { rows: { a: 3, b: 2, toString: 1 } });
  assert.deepEqual(
    results.map(({ subject, ok }) => [subject, ok]),
    [
      ['a', true],
      ['b', true],
      ['constructor', false],
      ['toString', true],
    ],
  );
});

test('rows: a name that changed only in case is the same table', () => {
  assert.deepEqual(
    judged('rows', { rows: { Comments: 3 } }, { rows: { comments: 3 } }).map(({ subject, ok }) => [subject, ok]),
    [['comments', true]],
  );
});

test('rows: a number announced for a table that does not exist fails', () => {
  const sides = { before: measured({}), after: measured({}) };
  const one = oneStep([{ table: 'coments', rows: -3 }]);
  const results = judge({ ...sides, ...all, ...one, direction: 'up', rules: [] });
  assert.deepEqual(results.at(-1), {
    check: 'rows',
    subject: 'coments',
    ok: false,
    before: null,
    after: null,
    message: 'there is no table coments, but the revision announces -3 for it',
  });
});

const percent = (n: number): StatisticRule => ({ kind: 'within', percent: n });
const same: StatisticRule = { kind: 'same' };
const notLess: StatisticRule = { kind: 'not-less' };
type Value = string | number | null | 'absent';
const statistics: [Value, Value, StatisticRule | undefined, Direction, ok: boolean][] = [
  [1, 5, undefined, 'up', true],
  [1, 'absent', undefined, 'up', true],
  [3, 3, same, 'up', true],
  [3, 4, same, 'up', false],
  [3, '3', same, 'up', false],
  [3, 3, notLess, 'up', true],
  [3, 2, notLess, 'up', false],
  [9, 10, notLess, 'up', true],
  ['2025-11-01', '2025-11-02', notLess, 'up', true],
  ['2025-11-02', '2025-11-01', notLess, 'up', false],
  [9007199254740991, '9007199254740993', notLess, 'up', true],
  ['9007199254740993', 9007199254740991, notLess, 'up', false],
  [3, 'three', notLess, 'up', false],
  [100, 101, percent(1), 'up', true],
  [100, 99, percent(1), 'up', true],
  [100, 101.1, percent(1), 'up', false],
  [-100, -101, percent(1), 'up', true],
  [-100, 100, percent(1), 'up', false],
  [0.3, 0.303, percent(1), 'up', true],
  [0, 0, percent(1), 'up', true],
  [0, 0.0001, percent(50), 'up', false],
  ['a', 'a', percent(1), 'up', false],
  [null, 3, same, 'up', true],
  ['absent', 3, same, 'up', true],
  ['absent', 'absent', same, 'up', true],
  [3, 'absent', same, 'up', false],
  [3, null, same, 'up', false],
  [3, 'absent', same, 'down', true],
  [3, null, same, 'down', false],
  [3, 2, notLess, 'down', false],
];
for (const [before, after, rule, direction, ok] of statistics) {
  test(`statistic: ${before} to ${after} ${direction} under ${JSON.stringify(rule)} ${ok ? 'passes' : 'fails'}`, () => {
    const value = (given: Value): StatisticValue[] =>
      given === 'absent' ? [{ name: 'it', value: null, absent: 'no such table: t' }] : [{ name: 'it', value: given }];
    const result = judge({
      before: measured({ statistics: value(before) }),
      after: measured({ statistics: value(after) }),
      steps: [],
      ...all,
      direction,
      rules: [rule === undefined ? { name: 'it' } : { name: 'it', rule }],
    }).at(-1);
    assert.equal(result?.check, 'statistic');
    assert.equal(result?.ok, ok, result?.message);
  });
}

const told: [before: Omit<StatisticValue, 'name'>, after: Omit<StatisticValue, 'name'>, message: string][] = [
  [{ value: '9007199254740993', exact: 'number' }, { value: '9007199254740993', exact: 'number' }, 'as before'],
  [{ value: '9007199254740993', exact: 'number' }, { value: '9007199254740993' }, 'from the number .* to the text'],
  [{ value: 1 }, { value: '1' }, 'from the number 1 to the text 1'],
  [{ value: 'a\uFFFD', exact: '61FF' }, { value: 'a\uFFFD', exact: '61FE' }, 'in other bytes than before'],
  [{ value: 'a\uFFFD', exact: '61FF' }, { value: 'a\uFFFD', exact: '61FF' }, 'as before'],
];
for (const [before, after, message] of told) {
  test(`statistic: ${JSON.stringify(before)} to ${JSON.stringify(after)} is ${message}`, () => {
    const result = judge({
      before: measured({ statistics: [{ name: 'it', ...before }] }),
      after: measured({ statistics: [{ name: 'it', ...after }] }),
      steps: [],
      ...all,
      direction: 'up',
      rules: [{ name: 'it', rule: same }],
    }).at(-1);
    assert.equal(result?.ok, message === 'as before');
    assert.match(result?.message ?? '', new RegExp(message));
  });
}

test('statistic: messages say what changed and which rule it breaks', () => {
  const message = (after: StatisticValue, rule: StatisticRule, direction: Direction) =>
    judge({
      before: measured({ statistics: [{ name: 'newest', value: 5 }] }),
      after: measured({ statistics: [after] }),
      steps: [],
      ...all,
      direction,
      rules: [{ name: 'newest', rule }],
    }).at(-1)?.message;
  const absent = { name: 'newest', value: null, absent: 'no such table: t' };
  assert.equal(
    message({ name: 'newest', value: 4 }, notLess, 'up'),
    'newest went from 5 to 4, which breaks its rule `not-less`',
  );
  assert.equal(
    message(absent, same, 'up'),
    'newest was 5 and no longer has a value: no such table: t, so its rule `same` is broken',
  );
  assert.equal(
    message(absent, same, 'down'),
    'newest was 5 and no longer has a value: no such table: t; the downgrade removes what it measured',
  );
});
