/** Turns the record of a run into a report: what happened, in what order, and what to do about it. */
import { basename } from 'node:path';
import type { RanStep } from '../engine/protocol.ts';
import { shellWord } from '../files/shell-word.ts';
import { asSentence, describeBytes, describeDuration, describeRevisions, describeTime, plural } from '../format.ts';
import { sayLosses } from '../plan/loss.ts';
import type { RunEnding, RunRecord } from '../records/run-record.ts';
import { checkSections } from './check-sections.ts';
import type { Block, Mark, Report, Section } from './section.ts';

export function storyOf(record: RunRecord): Report {
  const { command, database, ending, toolVersion, nodeVersion, hostname, runId } = record;
  const title = `${command.charAt(0).toUpperCase()}${command.slice(1)} of ${basename(database)}`;
  const sections = [
    outcome(record),
    ...recovery(record),
    timelineOf(record),
    ...warnings(record),
    ...waits(record),
    ...revisions(record),
    ...schema(record),
    ...checkSections(record.checks),
    ...losses(record),
    ...snapshot(record),
  ];
  const sqlite =
    record.snapshot === null || record.snapshot.sqliteVersion === 'unknown'
      ? ''
      : `, SQLite ${record.snapshot.sqliteVersion}`;
  return {
    title,
    mark: markOf(ending),
    sections,
    footer: `Run ${runId} on ${hostname}. Drydock ${toolVersion}, Node.js ${nodeVersion}${sqlite}.`,
  };
}

/** How a run ended, in a word or two. */
export function markOf(ending: RunEnding): Mark {
  if (ending.outcome === 'failed') return { standing: 'bad', text: `${ending.code} (${ending.exitCode})` };
  return ending.outcome === 'done'
    ? { standing: 'good', text: 'done' }
    : { standing: 'neutral', text: 'nothing pending' };
}

function outcome(record: RunRecord): Section {
  const { command, ending, from, to, planned, targets, startedAt, durationMs, database } = record;
  const said: Block[] =
    ending.outcome !== 'failed'
      ? [{ kind: 'text', text: ending.sentence }]
      : [
          { kind: 'alert', standing: 'bad', text: asSentence(ending.sentence) },
          ...(ending.state === null ? [] : [labelled('The data', ending.state)]),
          ...(ending.next === null ? [] : [labelled('What to do', ending.next)]),
        ];
  const heads = (ids: readonly string[] | null) => (ids === null ? 'not known' : describeRevisions(ids));
  const goal = command === 'rehearse' ? 'Rehearsed up to' : 'Intended';
  return {
    title: 'Outcome',
    blocks: [
      ...said,
      { kind: 'note', text: database },
      {
        kind: 'facts',
        pairs: [
          ['Began', describeTime(new Date(startedAt))],
          ['Took', describeDuration(durationMs)],
          ...(targets.length === 0 ? [] : [['Asked for', targets.join(', ')] as const]),
          ['Before', heads(from)],
          ['After', heads(to)],
          ...(missed(record) ? [[goal, heads(planned)] as const] : []),
        ],
      },
    ],
  };
}

function recovery({ recovered }: RunRecord): Section[] {
  if (recovered === null) return [];
  const { runId, interruptedIn, message } = recovered;
  const text = `Run ${runId} had been interrupted while ${interruptedIn}, and was finished before this one began. ${message}.`;
  return [{ title: 'Recovered first', blocks: [{ kind: 'alert', standing: 'warning', text }] }];
}

function timelineOf({ phases, durationMs }: RunRecord): Section {
  return { title: 'Phases', blocks: [{ kind: 'timeline', phases, durationMs }] };
}

function warnings({ warnings: said }: RunRecord): Section[] {
  return said.length === 0 ? [] : [{ title: 'Warnings', blocks: [{ kind: 'list', items: said }] }];
}

function waits({ waits: all }: RunRecord): Section[] {
  if (all.length === 0) return [];
  const columns = [
    { title: 'Waited for', kind: 'text' },
    { title: 'Held by', kind: 'text' },
    { title: 'After', kind: 'number' },
    { title: 'How long', kind: 'number' },
  ] as const;
  const rows = all.map(({ waitingFor, holder, startMs, waitedMs }) => [
    waitingFor,
    holder,
    describeDuration(startMs),
    describeDuration(waitedMs),
  ]);
  return [{ title: 'Waits', blocks: [{ kind: 'table', columns, rows }] }];
}

function revisions(record: RunRecord): Section[] {
  const { steps, command } = record;
  if (steps.length === 0) return [];
  const undone = record.ending.outcome === 'failed' && record.to !== null && missed(record);
  const title = command === 'rehearse' ? 'Revisions, on the copy' : undone ? 'Revisions, undone' : 'Revisions';
  return [{ title, blocks: steps.map(stepFold) }];
}

/** True if the run did not bring the database to its planned revisions. */
function missed({ planned, to }: RunRecord): boolean {
  return planned !== null && to?.join() !== planned.join();
}

function stepFold({ id, direction, path, durationMs, failed, sql, sqlLeftOut }: RanStep): Block {
  const statements = sql.reduce((sum, { times }) => sum + times, sqlLeftOut);
  const count = plural(statements, 'statement');
  const text = sql.map(({ sql: each, times }) => `${each};${times > 1 ? ` -- ${plural(times, 'time')}` : ''}`);
  const left = sqlLeftOut === 0 ? [] : [`-- and ${plural(sqlLeftOut, 'more statement')}`];
  return {
    kind: 'fold',
    title: `${id} ${direction}, ${count}, ${describeDuration(durationMs)}`,
    mark: failed ? { standing: 'bad', text: 'failed' } : null,
    blocks: [
      { kind: 'note', text: path },
      text.length === 0
        ? { kind: 'text', text: failed ? 'None of it ran.' : 'It changed nothing.' }
        : { kind: 'code', language: 'sql', text: [...text, ...left].join('\n') },
    ],
  };
}

function schema({ schema: changes, command, steps }: RunRecord): Section[] {
  if (steps.length === 0 || changes === null) return [];
  const items = changes.map(({ sentence }) => sentence);
  const blocks: Block[] =
    items.length === 0 ? [{ kind: 'text', text: 'The schema did not change.' }] : [{ kind: 'list', items }];
  return [{ title: command === 'rehearse' ? 'Changes to the schema of the copy' : 'Changes to the schema', blocks }];
}

function losses({ losses: lost }: RunRecord): Section[] {
  if (lost.length === 0) return [];
  const text = sayLosses(lost);
  return [{ title: 'Dropped data', blocks: [{ kind: 'alert', standing: 'warning', text }] }];
}

function snapshot({ database, snapshot: manifest, pruned, ending }: RunRecord): Section[] {
  const gone =
    pruned.length === 0 ? [] : [{ kind: 'text' as const, text: `Removed by retention: ${pruned.join(', ')}.` }];
  if (manifest === null) return gone.length === 0 ? [] : [{ title: 'Snapshots', blocks: gone }];
  const { id, bytes, revision, createdAt, integrity, sha256 } = manifest;
  const how = ending.outcome === 'failed' ? 'It has the state before the run. Should it be needed' : 'To go back to it';
  return [
    {
      title: 'Way back',
      blocks: [
        {
          kind: 'facts',
          pairs: [
            ['Snapshot', id],
            ['At', describeRevisions(revision)],
            ['Size', describeBytes(bytes)],
            ['Taken', describeTime(new Date(createdAt))],
            ['integrity_check', integrity],
            ['sha256', sha256],
          ],
        },
        { kind: 'text', text: `${how}, with the application stopped:` },
        { kind: 'code', language: 'sh', text: `drydock snapshot restore ${id} --database ${shellWord(database)}` },
        ...gone,
      ],
    },
  ];
}

function labelled(label: string, text: string): Block {
  return { kind: 'text', label, text: asSentence(text) };
}
