/** Names that a terminal would act on, wherever a user's own may stand: nothing of them reaches a terminal as it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { place } from '../harness/place.ts';
import { inTerminal } from '../harness/terminal.ts';
import {
  assertSafe,
  config,
  database,
  forged,
  nasty,
  oneLine,
  ordinary,
  quoted,
  revisions,
} from './helpers-terminal-escapes.ts';

/** What no revision makes: a carriage return may not stand in a file. */
const drifted = `${database} CREATE TABLE "\r${forged}\r\n${forged}" (id);`;

test('honest exit: names that a terminal acts on are shown by every verb, and are whole in its JSON', async (t) => {
  const here = place(t, { sql: drifted, revisions, config });
  const verbs: readonly (readonly string[])[] = [
    ['verify'],
    ['stats'],
    ['check'],
    ['lint'],
    ['plan'],
    ['rehearse'],
    ['doctor'],
    ['upgrade'],
    ['history'],
    ['history', '--verbose'],
    ['current', '--verbose'],
    ['show', '002'],
    ['heads', '--verbose'],
    ['branches'],
    ['report', '--list'],
    ['report', '--markdown'],
    ['report'],
    ['snapshot', 'create'],
    ['snapshot', 'list'],
    ['downgrade', '001'],
    ['plan', '--down', '001'],
    ['show', nasty],
    ['upgrade', nasty],
    ['snapshot', 'restore', nasty],
    ['stats', `--${nasty}`],
    [nasty],
    ['stats', '--config', nasty],
    ['stats', '--database', nasty],
    ['report', nasty],
    ['upgrade', '-x', `=${nasty}`],
    ['upgrade', '--debug', '--database', nasty],
    ['stats', '--lock-timeout', nasty],
  ];
  const withJson = new Set(['verify', 'stats', 'check', 'lint', 'plan', 'show', 'report', nasty]);
  for (const args of verbs) {
    assertSafe(await here.run(args), args.join(' '));
    if (!withJson.has(args[0] ?? '')) continue;
    const asJson = await here.run([...args, '--json']);
    assertSafe(asJson, `${args.join(' ')} --json`);
    asJson.json();
  }
  for (const name of ['DRYDOCK_DATABASE', 'DRYDOCK_BUSY_TIMEOUT', 'DRYDOCK_CONFIG', `DRYDOCK_${oneLine}`])
    assertSafe(await here.run(['upgrade'], { env: { [name]: nasty } }), name);

  const { rows } = (await here.run(['verify', '--json'])).json<{ rows: Record<string, number> }>();
  assert.equal(rows[nasty + ordinary], 2);
  const { stdout } = await here.run(['plan']);
  assert.match(stdout, /\\u\{1b\}\[2J\\u\{7\}\\u\{7f\}\\u\{9b\}31m\\u\{202e\}/);
  assert.ok(stdout.includes(ordinary), 'what is ordinary stays');
});

test('honest exit: on a terminal the log, the moving line and the questions show it too', async (t) => {
  const here = place(t, { sql: database, revisions, config });
  const { code, shown } = await inTerminal(here.root, ['upgrade'], []);
  assert.equal(code, 0, shown);
  // Colours and the line that is written over are ours.
  const ours = ['2K', '31m', '32m', '33m', '35m', '36m', '39m'].map((code) => `\u001b[${code}`);
  const own = (text: string) => ({
    stdout: [...ours, '\r'].reduce((rest, each) => rest.replaceAll(each, ''), text),
    stderr: '',
  });
  assertSafe(own(shown), 'upgrade');
  assert.ok(shown.includes('\u001b[32mINFO'), 'the colours stay');
  const asked = await inTerminal(here.root, ['downgrade', '001'], [{ to: /\[y\/N\] /, typed: 'y\n' }]);
  assertSafe(own(asked.shown), 'downgrade');
});

test('honest exit: a script of --sql is data, to the byte, and shown on a terminal', async (t) => {
  const here = place(t, { sql: database, revisions: { '001.sql': revisions['001.sql'] } });
  const { code, stdout } = await here.run(['upgrade', 'base:head', '--sql']);
  assert.equal(code, 0);
  assert.ok(stdout.includes(quoted), 'the name is there as it is');
  const { shown } = await inTerminal(here.root, ['upgrade', 'base:head', '--sql'], []);
  assert.ok(!shown.includes('\u001b[2J') && shown.includes('\\u{1b}[2J'), shown);
});
