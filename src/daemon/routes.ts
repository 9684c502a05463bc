/** The daemon's answer at each path. */
import { stylesheet } from '../report/html/style.ts';
import { visibleJson, visibleLines } from '../visible.ts';
import type { Metrics } from './metrics.ts';
import { type Answer, type Routes, text } from './server.ts';
import type { Status } from './status.ts';
import { statusPage } from './status-page.ts';

/** Requests within this time share one answer, so that frequent polling costs nothing. */
const freshMs = 1_000;

/** @param read Reads the status; falls back to the previous one for what cannot be read now. */
export function routesOf(read: (before: Status | undefined) => Status, metrics: Metrics): Routes {
  let last: { readonly status: Status; readonly readAt: number } | undefined;
  const status = (): Status => {
    if (last === undefined || performance.now() - last.readAt > freshMs) {
      last = { status: read(last?.status), readAt: performance.now() };
    }
    return last.status;
  };
  return {
    '/healthz': () => text(200, 'ok'),
    '/readyz': () => readiness(status()),
    '/metrics': async () => ({ status: 200, type: metrics.contentType, body: await metrics.render(status()) }),
    '/status.json': () => ({
      status: 200,
      type: 'application/json; charset=utf-8',
      body: visibleJson(JSON.stringify(status())),
    }),
    '/style.css': () => ({ status: 200, type: 'text/css; charset=utf-8', body: stylesheet }),
    '/': () => ({ status: 200, type: 'text/html; charset=utf-8', body: statusPage(status()) }),
  };
}

function readiness({ ready, problems }: Status): Answer {
  return ready ? text(200, 'ready') : text(503, visibleLines(problems));
}
