/** The status as a page: what a person with a phone at night needs to know, most important first. */

import { asSentence, describeAway, describeBytes, describeDuration, describeRevisions, plural } from '../format.ts';
import { badge, type Standing } from '../report/html/badge.ts';
import { type Html, html } from '../report/html/escape.ts';
import { facts, table } from '../report/html/html-table.ts';
import { page } from '../report/html/page.ts';
import { time } from '../report/html/time.ts';
import { timeline } from '../report/html/timeline.ts';
import type { RunSummary, Status } from './status.ts';

const refreshSeconds = 30;

export function statusPage(status: Status): string {
  const body = html`<header><h1>Drydock</h1> ${standing(status)}</header>
<main>
${
  status.problems.length > 0 &&
  html`<section class="alert"><h2>Not ready</h2>${status.problems.map((problem) => html`<p>${problem}</p>`)}${
    status.held !== null && status.held.next !== null && html`<p>${status.held.next}.</p>`
  }</section>
`
}<section><h2>Database</h2>
${database(status)}</section>
<section><h2>Windows</h2>
${windows(status)}</section>
<section><h2>Last runs</h2>
${runs(status)}</section>
<section><h2>Snapshots</h2>
${snapshots(status)}</section>
</main>
<footer>Drydock ${status.toolVersion}, as of ${time(new Date(status.at))}. This page reloads every ${refreshSeconds} s. <a href="/status.json">status.json</a>, <a href="/metrics">metrics</a></footer>`;
  const title = `${status.ready ? 'Ready' : 'Not ready'}: ${status.database.path}`;
  return page({ title, body, style: { href: '/style.css' }, refreshSeconds });
}

function standing({ ready, activity }: Status): Html {
  const doing = activity?.task ? badge('neutral', `${activity.task} is running`) : html``;
  return html`${ready ? badge('good', 'Ready') : badge('bad', 'Not ready')} ${doing}`;
}

function database({ database: it, verified, at }: Status): Html {
  const revisions = (ids: readonly string[]) => html`<span class="code">${describeRevisions(ids)}</span>`;
  const now = new Date(at);
  return facts([
    ['File', html`<span class="code">${it.path}</span>`],
    ['At revision', it.current === null ? 'not known' : revisions(it.current)],
    ['Pending', it.pending.length === 0 ? 'nothing' : revisions(it.pending)],
    ['Size', it.bytes === null ? 'there is no file' : describeBytes(it.bytes)],
    ...(it.walBytes === 0 ? [] : [['WAL', describeBytes(it.walBytes)] as const]),
    [
      'Last verified',
      verified === null
        ? 'never by this daemon'
        : [verdict(verified.finding), ' ', describeAway(new Date(verified.at), now)],
    ],
  ]);
}

function verdict(finding: string | null): Html {
  return finding === null ? badge('good', 'sound') : badge('bad', 'not sound');
}

function windows({ windows: all, activity, at }: Status): Html {
  const now = new Date(at);
  const rows = all.map(({ name, cron, timeZone, tasks, next, lastOpened }) => [
    activity?.window === name ? [name, ' ', badge('neutral', 'open now')] : name,
    next === null
      ? 'never'
      : html`${describeAway(new Date(next), now)}<br><span class="quiet">${time(new Date(next), timeZone)}</span>`,
    lastOpened === null ? 'not yet' : describeAway(new Date(lastOpened), now),
    [html`<span class="code">${cron}</span>`, ` ${timeZone}`],
    tasks.join(', '),
  ]);
  const columns = ['Window', 'Next', 'Last', 'When', 'Tasks'].map((title) => ({ title }));
  return table(columns, rows, 'No window is configured: this daemon only serves its status.');
}

function runs({ runs: all, at }: Status): Html {
  if (all.length === 0) return html`<p class="quiet">No run has left a record yet.</p>`;
  const now = new Date(at);
  return html`${all.map(
    (run, index) => html`<details${index === 0 && html` open`}>
<summary>${badge(standingOf(run), outcomeOf(run))} <b>${run.command}</b> <span class="quiet">${describeAway(new Date(run.startedAt), now)}, took ${describeDuration(run.durationMs)}</span></summary>
${oneRun(run)}
</details>
`,
  )}`;
}

function oneRun(run: RunSummary): Html {
  const { ending } = run;
  const rest = ending.outcome === 'failed' ? [ending.state, ending.next] : [];
  return html`<p>${asSentence(ending.sentence)}${rest.map((part) => part !== null && html` ${asSentence(part)}`)}</p>
${timeline(run.phases, run.durationMs)}
${facts([
  ['Began', time(new Date(run.startedAt))],
  ...(run.from === null ? [] : [['From', describeRevisions(run.from)] as const]),
  ...(run.to === null ? [] : [['To', describeRevisions(run.to)] as const]),
  ...(run.snapshot === null ? [] : [['Snapshot', html`<span class="code">${run.snapshot}</span>`] as const]),
  ['Run', html`<span class="code">${run.runId}</span>`],
])}`;
}

function standingOf({ ending }: RunSummary): Standing {
  if (ending.outcome === 'done') return 'good';
  return ending.outcome === 'nothing-pending' ? 'neutral' : 'bad';
}

function outcomeOf({ ending }: RunSummary): string {
  if (ending.outcome === 'failed') return `failed: ${ending.exitCode} ${ending.code}`;
  return ending.outcome === 'done' ? 'done' : 'nothing to do';
}

function snapshots({ snapshots: { newest, count, bytes, unusable }, at }: Status): Html {
  const now = new Date(at);
  const rows = newest.map((each) => [
    html`<span class="code">${each.id}</span>`,
    describeAway(new Date(each.createdAt), now),
    each.reason,
    describeRevisions(each.revision),
    each.integrity === 'ok' ? badge('good', 'ok, when taken') : badge('warning', each.integrity),
    describeBytes(each.bytes),
  ]);
  const columns = [
    { title: 'Snapshot' },
    { title: 'Taken' },
    { title: 'For' },
    { title: 'Revision' },
    { title: 'Integrity' },
    { title: 'Size', kind: 'number' as const },
  ];
  const left = count - newest.length;
  return html`${table(columns, rows, 'There is no snapshot yet.')}
<p class="quiet">${count} in all, ${describeBytes(bytes)}${left > 0 && `; ${plural(left, 'older one is', 'older ones are')} not shown`}${
    unusable > 0 && `; ${plural(unusable, 'file')} beside them cannot be used (\`drydock snapshot list\`)`
  }.</p>`;
}
