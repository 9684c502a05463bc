/** What the database and the revision files contain, and whether they fit together. */

import { describeBytes, describeNumber, describeRevisions, plural } from '../format.ts';
import { pendingOf, requireFamiliarUnseen } from '../run/foreign.ts';
import { judgeLife } from '../run/former-life.ts';
import { planRun } from '../run/plan.ts';
import { attempt, type DoctorFinding, notice, ok, problem } from './finding.ts';
import type { DoctorSubject } from './subject.ts';

/** If more than this fraction of the pages is empty, and they take at least `worthBytes`, VACUUM is worth its time. */
const wasteful = 0.25;
const worthBytes = 16 * 1024 * 1024;

export function database({ layout, stats, content }: DoctorSubject): DoctorFinding[] {
  if (!(content instanceof Error)) {
    return [ok('database', `${layout.database} can be read, ${describeBytes(Number(stats.size))}`)];
  }
  if (content.code === 'BUSY') {
    return [notice('database', content.what, content.next ?? 'Nothing to do: a run waits for it')];
  }
  return [problem(content.code === 'HISTORY' ? 'history' : 'database', content)];
}

export function revisions({ graph, config }: DoctorSubject): DoctorFinding[] {
  if (graph instanceof Error) return [problem('revisions', graph)];
  const { length } = graph.revisions;
  return [ok('revisions', `${length} in ${config.migrations}, up to ${describeRevisions(graph.heads)}`)];
}

export function history({ config, layout, graph, content }: DoctorSubject): DoctorFinding[] {
  if (graph instanceof Error || content instanceof Error) return [];
  const { applied, rows } = content;
  const life = attempt(() => judgeLife({ layout, config }, applied, rows));
  if (life instanceof Error) return [problem('history', life)];
  const other =
    'Nothing to do if it was put there on purpose; otherwise put the right file back: `drydock snapshot list`';
  const noticed = life === undefined ? [] : [notice('history', life, other)];
  const plan = attempt(() => {
    const planned = planRun(graph, applied, { verb: 'upgrade', target: 'head' });
    requireFamiliarUnseen({ ...content, config, database: layout.database }, pendingOf(planned));
    return planned;
  });
  if (plan instanceof Error) return [...noticed, problem('history', plan)];
  const pending = plan.steps.length + plan.maintenance.length;
  const at = `the database is at ${describeRevisions(applied.current)}`;
  return [
    ...noticed,
    ok(
      'history',
      pending === 0
        ? `${at}, and nothing is pending`
        : `${at}, and ${plural(pending, 'revision is', 'revisions are')} pending`,
    ),
  ];
}

export function pages({ content }: DoctorSubject): DoctorFinding[] {
  if (content instanceof Error) return [];
  const { pageSize, pageCount, freePages, journalMode, autoVacuum } = content.pages;
  const freeBytes = freePages * pageSize;
  const facts = `${journalMode} mode, ${plural(pageCount, 'page')} of ${plural(pageSize, 'byte')}, ${describeNumber(freePages)} of them empty, auto_vacuum ${autoVacuum}; synchronous is each connection's own, and Drydock writes with EXTRA`;
  if (freeBytes < worthBytes || freePages < pageCount * wasteful) return [ok('pages', facts)];
  return [
    notice(
      'pages',
      `${facts}: ${describeBytes(freeBytes)} of the file are empty, in every snapshot too`,
      'Shrink it with the task vacuum of a maintenance window, or a revision with transaction: false and VACUUM',
    ),
  ];
}
