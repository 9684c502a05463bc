import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { parseModuleRevision } from '../../src/revisions/files/module-file.ts';
import { parseSqlRevision } from '../../src/revisions/files/sql-file.ts';
import { fileNameOf, nextId, slugOf } from '../../src/revisions/new/next-id.ts';
import { dependenciesFor, parentsFor, parentsForMerge } from '../../src/revisions/new/parents.ts';
import { revisionText } from '../../src/revisions/new/template.ts';
import { writeRevision } from '../../src/revisions/new/write-revision.ts';
import { testFolder } from '../harness/files.ts';
import { failsWith, graphs } from '../revisions/helpers.ts';

test('the next id is the next number where all ids are numbered, else twelve hex digits', () => {
  const cases: [ids: string[], next: string | RegExp][] = [
    [[], '001'],
    [['001_initial', '002_next'], '003'],
    [['007'], '008'],
    [['9_a', '10_b'], '011'],
    [['0099_a', '0012_b'], '0100'],
    [['999_a'], '1000'],
    [['001_initial', 'ae1027a6acf'], /^[0-9a-f]{12}$/],
    [['20260823120000_a'], /^[0-9a-f]{12}$/],
    [['001initial'], /^[0-9a-f]{12}$/],
  ];
  for (const [ids, next] of cases) {
    if (typeof next === 'string') assert.equal(nextId(ids), next, ids.join());
    else assert.match(nextId(ids), next, ids.join());
  }
  assert.notEqual(nextId(['abc']), nextId(['abc']));
});

test('a message becomes part of a file name', () => {
  const cases: [message: string, slug: string][] = [
    ['Add users', 'add_users'],
    ['  e-mail: NOT NULL!  ', 'e_mail_not_null'],
    ['größe ändern', 'größe_ändern'],
    ['../../etc/passwd', 'etc_passwd'],
    ['!?', ''],
    ['one two three four five six seven eight nine ten', 'one_two_three_four_five_six_seven_eight'],
    ['a'.repeat(60), 'a'.repeat(40)],
  ];
  for (const [message, slug] of cases) assert.equal(slugOf(message), slug, message);
  assert.deepEqual(
    [fileNameOf('001', 'Add users', 'ts'), fileNameOf('001', '!?', 'sql')],
    ['001_add_users.ts', '001.sql'],
  );
});

test('what is written is read back as it was meant', () => {
  const wanted = {
    id: '008',
    revises: ['b1', 'c1'],
    dependsOn: ['x1', 'main'],
    branchLabels: ['left'],
    message: `it's a "quote", a \\ and a \`tick\` with \${braces}`,
  };
  for (const kind of ['sql', 'ts'] as const) {
    const text = revisionText({ ...wanted, kind });
    const parse = kind === 'sql' ? parseSqlRevision : parseModuleRevision;
    const { id, revises, dependsOn, branchLabels, message } = parse(text, `/m/008.${kind}`);
    assert.deepEqual({ id, revises, dependsOn, branchLabels, message }, wanted, kind);
  }
});

test('a new revision goes after the only head, or where it is told', () => {
  assert.deepEqual(parentsFor(graphs.linear, undefined, 'heads only'), ['0031_fix']);
  assert.deepEqual(parentsFor(graphs.empty, undefined, 'heads only'), []);
  assert.deepEqual(parentsFor(graphs.labels, 'left@head', 'heads only'), ['b2']);
  assert.deepEqual(parentsFor(graphs.labels, 'base', 'heads only'), []);
  assert.deepEqual(parentsFor(graphs.labels, 'a1', 'splice'), ['a1']);
  assert.deepEqual(parentsFor(graphs.needed, 'heads', 'heads only'), ['a2', 'x1']);
  const error = failsWith('USAGE', [/Multiple heads are present: b2, c3/], () =>
    parentsFor(graphs.labels, undefined, 'heads only'),
  );
  assert.match(error.next ?? '', /--head b2.*drydock merge b2 c3 -m/);
  failsWith('USAGE', [/a1 is not a head revision: it is already revised by b1, c1/], () =>
    parentsFor(graphs.fork, 'a1', 'heads only'),
  );
});

test('a merge joins two heads at least, each named once', () => {
  assert.deepEqual(parentsForMerge(graphs.fork, ['c1', 'b1']), ['c1', 'b1']);
  assert.deepEqual(parentsForMerge(graphs.needed, ['heads']), ['a2', 'x1']);
  failsWith('USAGE', [/b1 cannot be merged with itself/], () => parentsForMerge(graphs.fork, ['b1', 'b']));
  failsWith('USAGE', [/'b1' is one revision, b1: there is nothing to merge; the heads are b1, c1/], () =>
    parentsForMerge(graphs.fork, ['b1']),
  );
  failsWith('USAGE', [/'base' is no revision/], () => parentsForMerge(graphs.fork, ['base']));
  const taken = failsWith('USAGE', [/a1 is not a head revision: it is already revised by b1, c1/], () =>
    parentsForMerge(graphs.fork, ['a1', 'b1']),
  );
  assert.equal(taken.next, 'Name heads (`drydock heads`)', 'merge takes no --splice');
});

test('dependencies are written as labels or as whole ids', () => {
  assert.deepEqual(dependenciesFor(graphs.depends, ['main', 'x2', 'x2', 'extra@head']), ['main', 'x2', 'x3']);
  failsWith('USAGE', [/'heads' is not one revision/], () => dependenciesFor(graphs.fork, ['heads']));
  failsWith('USAGE', [/Can't locate revision identified by 'z'/], () => dependenciesFor(graphs.fork, ['z']));
});

test('a revision that does not fit into the graph is not written', (t) => {
  const folder = testFolder(t);
  const fits = { id: 'd1', revises: ['b1'], dependsOn: [], branchLabels: [], message: 'x', kind: 'sql' } as const;
  const write = (but: Partial<Parameters<typeof writeRevision>[2]>) =>
    writeRevision(folder, graphs.labels, { ...fits, ...but });
  failsWith('USAGE', [/'b1' is present more than once/], () => write({ id: 'b1' }));
  failsWith('USAGE', [/The revision id 'd@1' may not contain '@'/], () => write({ id: 'd@1' }));
  failsWith('USAGE', [/Branch label 'left' in revision 'd1'/], () => write({ branchLabels: ['left'] }));
  failsWith('USAGE', [/The branch label 'head' is reserved/], () => write({ branchLabels: ['head'] }));
  assert.deepEqual(readdirSync(folder), []);
  assert.deepEqual(write({ message: ' two\n lines ' }).revision.message, 'two lines');
  failsWith('USAGE', [/d1_two_lines\.sql is there already/], () => write({ message: 'two lines' }));
});
