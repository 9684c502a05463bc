/** The metrics, their page, the alert rules and the dashboard are of one mind. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../../src/config/config.ts';
import { openMemory } from '../../src/daemon/daemon-state.ts';
import { createMetrics } from '../../src/daemon/metrics.ts';
import { readStatus } from '../../src/daemon/status.ts';
import { layoutFor } from '../../src/files/layout.ts';
import { document, tableRows } from '../docs/markdown.ts';
import { projectRoot } from '../harness/files.ts';
import { alembicAt, project, tableRevision } from '../harness/project.ts';
import { configure, valuesOf } from './helpers.ts';

const folder = join(projectRoot, 'ops/prometheus');

/** The metrics of a daemon that has seen something of everything. */
async function exposition(t: TestContext): Promise<string> {
  const it = project(t, { 'a1.sql': tableRevision('a1', undefined) }, alembicAt());
  configure(it, 'windows: [{ name: nightly, cron: 30 2 * * *, tasks: [upgrade] }]');
  const config = await loadConfig({ cwd: it.root, env: {}, flags: {} });
  const metrics = await createMetrics();
  metrics.observe({ kind: 'phase-end', phase: 'commit', durationMs: 40, detail: {} });
  metrics.observe({ kind: 'phase-failed', phase: 'commit', durationMs: 400, error: undefined });
  for (const attempt of [1, 2, 3]) {
    metrics.observe({ kind: 'waiting', waitingFor: 'a lock', holder: 'somebody', attempt, waitedMs: 1, timeoutMs: 9 });
  }
  const of = { window: 'nightly', task: 'upgrade', durationMs: 1 } as const;
  metrics.hear({ kind: 'task-ended', ...of, outcome: 'done', sentence: 'Done.' });
  metrics.hear({ kind: 'task-ended', ...of, outcome: 'failed', code: 'RESTORED', sentence: 'Failed.' });
  metrics.hear({ kind: 'window-missed', window: 'nightly', at: new Date() });
  const layout = layoutFor(config);
  const memory = openMemory(layout, assert.fail).recall();
  return metrics.render(readStatus({ config, layout, memory, activity: null, now: new Date() }, undefined));
}

test('what happened is counted once, under the labels that the page of the metrics gives', async (t) => {
  const text = await exposition(t);
  assert.deepEqual(valuesOf(text, 'drydock_runs_total'), {
    '{task="upgrade",outcome="done",code="0"}': 1,
    '{task="upgrade",outcome="failed",code="22"}': 1,
  });
  assert.deepEqual(valuesOf(text, 'drydock_task_failed'), { '{task="upgrade"}': 1 });
  assert.deepEqual(valuesOf(text, 'drydock_busy_waits_total'), { '{waiting_for="a lock"}': 1 });
  assert.deepEqual(valuesOf(text, 'drydock_phase_duration_seconds_count'), { '{phase="commit"}': 2 });
  assert.deepEqual(valuesOf(text, 'drydock_windows_total'), {
    '{window="nightly",outcome="missed"}': 1,
    '{window="nightly",outcome="on-time"}': 0,
    '{window="nightly",outcome="late"}': 0,
  });
  assert.ok((valuesOf(text, 'drydock_window_missed_timestamp_seconds')['{window="nightly"}'] ?? 0) > 1_700_000_000);
  assert.deepEqual(valuesOf(text, 'drydock_pending_revisions'), { '': 1 });
  // There is no snapshot, and so none of 1970.
  assert.deepEqual(valuesOf(text, 'drydock_newest_snapshot_timestamp_seconds'), {});

  const rows = tableRows(document('docs/metrics.md')).filter(([name = '']) => name.startsWith('drydock_'));
  const described = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
  assert.deepEqual(rows.map(([name, type]) => [name, type]).sort(), described.sort());
});

test('the alert rules and the dashboard use only metrics that there are, and the rules do what they say', async (t) => {
  const names = [...(await exposition(t)).matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  const dashboard = JSON.parse(readFileSync(join(folder, 'dashboard.json'), 'utf8')) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  assert.ok(queries.length >= 10);
  const rules = readFileSync(join(folder, 'alerts.yaml'), 'utf8');
  for (const [metric] of [...queries, rules].join('\n').matchAll(/\bdrydock_\w+/g))
    assert.ok(names.includes(metric), metric);
  for (const name of [...rules.matchAll(/alert: (\w+)/g)].map(([, alert]) => alert)) {
    assert.ok(document('docs/metrics.md').text.includes(`\`${name}\``), `docs/metrics.md does not name ${name}`);
  }
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;
// CI installs it, so that there a missing one is a failure.
const skip =
  promtool || process.env['CI'] === 'true' ? false : 'not run: promtool not found; sh ops/test-tools.sh installs it';

test('promtool finds the alert rules valid, and each fires when it should', { skip }, () => {
  for (const args of [
    ['check', 'rules', 'alerts.yaml'],
    ['test', 'rules', 'alerts.test.yaml'],
  ]) {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, `promtool ${args.join(' ')}: ${stdout}${stderr}`);
  }
});
