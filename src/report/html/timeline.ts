import type { PhaseName } from '../../events.ts';
import { describeDuration } from '../../format.ts';
import type { RecordedPhase } from '../../records/run-record.ts';
import { type Html, html } from './escape.ts';

/** The purpose of a phase; each kind has its own colour. */
type PhaseKind = 'prepare' | 'safety' | 'change' | 'undo' | 'tidy';

const kinds: Readonly<Record<PhaseKind, { readonly says: string; readonly phases: readonly PhaseName[] }>> = {
  prepare: { says: 'look and lock', phases: ['preflight', 'lock', 'recover', 'hold', 'pending'] },
  safety: { says: 'copy and check', phases: ['copy', 'snapshot', 'inspect', 'check', 'verify'] },
  change: { says: 'change', phases: ['migrate', 'commit', 'maintain'] },
  undo: { says: 'put back', phases: ['rollback', 'restore'] },
  tidy: { says: 'tidy', phases: ['retain', 'unlock'] },
};

const kindOf = new Map(
  (Object.keys(kinds) as PhaseKind[]).flatMap((kind) => kinds[kind].phases.map((phase) => [phase, kind] as const)),
);

/** The width of the drawing in units, and that of the shortest bar, so that a phase of no time is still visible. */
const scale = 1_000;
const narrowest = 8;

/**
 * The phases of one run below each other, each with a bar at its place in time. They may overlap.
 * @param durationMs Duration of the whole run.
 */
export function timeline(phases: readonly RecordedPhase[], durationMs: number): Html {
  if (phases.length === 0) return html`<p class="quiet">No phase was entered.</p>`;
  const end = Math.max(durationMs, 1, ...phases.map((phase) => phase.startMs + phase.durationMs));
  const used = new Set(phases.map(({ phase }) => kindOf.get(phase) ?? 'tidy'));
  return html`<div class="timeline">
<ol>
${phases.map((phase) => bar(phase, end))}</ol>
<p class="legend">${(Object.keys(kinds) as PhaseKind[])
    .filter((kind) => used.has(kind))
    .map((kind) => html`<span><i class="${kind}"></i>${kinds[kind].says}</span> `)}${
    phases.some(({ failed }) => failed) && html`<span><i class="failed"></i>failed</span>`
  }</p>
</div>`;
}

function bar({ phase, startMs, durationMs, failed }: RecordedPhase, end: number): Html {
  const width = Math.max(narrowest, (durationMs / end) * scale);
  const x = Math.min(scale - width, (startMs / end) * scale);
  const kind = failed ? 'failed' : (kindOf.get(phase) ?? 'tidy');
  return html`<li><span class="phase">${phase}</span><svg viewBox="0 0 ${scale} 10" preserveAspectRatio="none" aria-hidden="true"><rect class="${kind}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="10"></rect></svg><span class="took">${describeDuration(durationMs)}${failed && ', failed'}</span></li>
`;
}
