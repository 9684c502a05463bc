/** The daemon as a real process, asked over real HTTP. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Status } from '../../src/daemon/status.ts';
import { type Options, type Running, startDrydock } from '../harness/drydock.ts';
import type { Project } from '../harness/project.ts';

export interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Daemon extends Running {
  readonly url: string;
  ask(
    path: string,
    options?: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Asked>;
  status(): Promise<Status>;
  /** Asks for the status until it fits. */
  until(fits: (status: Status) => boolean): Promise<Status>;
}

/** Writes the config of a project, with any free port. */
export function configure({ root }: Pick<Project, 'root'>, ...lines: readonly string[]): void {
  const text = ['database: ../data/app.db', 'daemon: { address: 127.0.0.1:0 }', ...lines, ''].join('\n');
  writeFileSync(join(root, 'config/drydock.yaml'), text);
}

/** A window that opens at once, since it was missed and is made up for, and then not for years. */
export function dueWindow(
  { database }: Pick<Project, 'database'>,
  name: string,
  tasks: string,
  ...more: readonly string[]
): string {
  const cron = '0 0 29 2 *';
  mkdirSync(`${database}.drydock`, { recursive: true });
  const window = { cron, timeZone: 'UTC', dealtWithUntil: '2020-01-01T00:00:00.000Z', lastOpened: null };
  const memory = { format: 1, windows: { [name]: window }, held: null, verified: null, succeeded: {} };
  writeFileSync(`${database}.drydock/daemon.json`, JSON.stringify(memory));
  return `windows: [{ name: ${name}, cron: ${cron}, missed: run-late, ${['duration: 1h', ...more].join(', ')}, tasks: [${tasks}] }]`;
}

export async function startDaemon(
  t: TestContext,
  { root }: Pick<Project, 'root'>,
  options: Pick<Options, 'pauseAt'> = {},
): Promise<Daemon> {
  const running = startDrydock(['daemon'], { cwd: root, ...options });
  t.after(async () => {
    running.process.kill('SIGKILL');
    await running.finished;
  });
  const url = String((await running.logged((line) => line['url'] !== undefined))['url']);
  const ask: Daemon['ask'] = (path, { method = 'GET', headers = {} } = {}) => askAt(`${url}${path}`, method, headers);
  const status = async () => JSON.parse((await ask('/status.json')).body) as Status;
  return {
    ...running,
    url,
    ask,
    status,
    async until(fits) {
      for (;;) {
        const now = await status();
        if (fits(now)) return now;
        await setTimeout(50);
      }
    },
  };
}

export function askAt(url: string, method: string, headers: Readonly<Record<string, string>>): Promise<Asked> {
  const { promise, resolve, reject } = Promise.withResolvers<Asked>();
  const asking = request(url, { method, headers, agent: false }, (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
  });
  asking.on('error', reject);
  asking.end();
  return promise;
}

/** The values of a metric by its labels as they stand, such as `{task="upgrade"}`; of one without labels by ''. */
export function valuesOf(metrics: string, name: string): Record<string, number> {
  const lines = metrics.split('\n').flatMap((line) => {
    const match = /^([a-z_]+)(\{.*\})? (\S+)$/.exec(line);
    return match?.[1] === name ? [[match[2] ?? '', Number(match[3])] as const] : [];
  });
  return Object.fromEntries(lines);
}
