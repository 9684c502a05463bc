/** What the built image is, and what it does on ground that is not as it should be. */
import assert from 'node:assert/strict';
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectRoot } from '../harness/files.ts';
import { docker, type Ended, run, until } from './docker.ts';
import { endless, type Place, place } from './place.ts';

/** A container that is removed when it ends: hardened, without a network. */
function container(image: string, mounts: readonly string[], command: readonly string[], ...flags: readonly string[]) {
  const volumes = mounts.flatMap((mount) => ['--volume', mount]);
  const hardened = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--network', 'none'];
  return run('docker', ['run', '--rm', ...hardened, ...volumes, ...flags, image, ...command]);
}

const mounted = ({ data, migrations }: Place) => [`${data}:/data`, `${migrations}:/app/migrations:ro`];

function assertRefused({ code, stdout, stderr }: Ended, says: RegExp, wanted = 12): void {
  assert.equal(code, wanted, stderr);
  assert.match(stderr, says);
  assert.doesNotMatch(stdout, /started/);
}

/** A container that goes on until the test is over. */
async function started(
  t: TestContext,
  image: string,
  here: Place,
  flags: readonly string[] = [],
  command: readonly string[] = [],
): Promise<string> {
  const volumes = mounted(here).flatMap((mount) => ['--volume', mount]);
  const id = await docker(
    'run',
    '--detach',
    '--read-only',
    '--network',
    'none',
    ...volumes,
    ...flags,
    image,
    ...command,
  );
  t.after(() => run('docker', ['rm', '--force', '--volumes', id]));
  return id;
}

test('the image is small, runs as a user of a number, and has no compiler and no npm', async () => {
  const [{ Config: config, Size: bytes }] = JSON.parse(await docker('image', 'inspect', 'drydock'));
  assert.equal(config.User, '1000:1000');
  assert.equal(config.StopSignal, 'SIGTERM');
  assert.deepEqual(config.Volumes, { '/data': {} });
  assert.deepEqual(config.Entrypoint, ['/opt/drydock/bin/tini', '--', '/opt/drydock/bin/entrypoint.sh']);
  for (const label of ['title', 'description', 'version', 'licenses'])
    assert.ok(config.Labels[`org.opencontainers.image.${label}`], label);
  const base = JSON.parse(await docker('image', 'inspect', config.Labels['org.opencontainers.image.base.name']));
  const megabytes = (size: number) => Math.round(size / 1e6);
  const own = megabytes(bytes - base[0].Size);
  console.log(`The image has ${megabytes(bytes)} MB, ${own} MB of them on top of its base`);
  const [, documented] =
    /(\d+) MB on top of its base/.exec(readFileSync(join(projectRoot, 'docs/docker.md'), 'utf8')) ?? [];
  assert.ok(Math.abs(own - Number(documented)) <= 5, `docs/docker.md says ${documented} MB, and it is ${own} MB`);

  const look = 'for tool in node npm cc gcc make python3; do command -v $tool; done; find / -xdev -name "*.node"; true';
  const { stdout } = await container('drydock', [], ['-c', look], '--entrypoint', 'sh');
  assert.match(stdout, /^\/opt\/drydock\/node_modules\/better-sqlite3\/prebuilds\/linux-\w+\.node\n$/);
});

test('the image brings no revisions and no config: it says what is missing, and touches no database', async (t) => {
  const here = place(t, 'delete');
  const before = here.content();
  const data = [`${here.data}:/data`];
  const named = ['--env', 'DRYDOCK_DATABASE=/data/et_intelligence.db'];
  const asked = (mounts: readonly string[], ...flags: readonly string[]) =>
    container('drydock', mounts, ['sh', '-c', 'echo started'], ...flags);
  assertRefused(await asked([]), /no database is named.*config\/drydock\.yaml.*DRYDOCK_DATABASE/, 2);
  assertRefused(await asked(data), /no database is named/, 2);
  assertRefused(await asked(data, ...named), /\/app\/migrations/, 2);
  assert.equal(here.content(), before);
  assert.equal((await asked(mounted(here), ...named)).code, 0);
});

test('a revision may import from sqlite-drydock, and any user may run it who may write the directory', async (t) => {
  const here = place(t, 'delete');
  writeFileSync(
    join(here.migrations, '008_typed.ts'),
    `import { column, type Operations } from 'sqlite-drydock';
export const revision = '008_typed';
export const revises = '007_entity_tracking';
export function upgrade(op: Operations): void { op.addColumn('comments', column.string('language', 8)); }
export function downgrade(op: Operations): void { op.dropColumn('comments', 'language'); }
`,
  );
  const command = ['sh', '-c', 'echo started'];
  const other = await container('et-intel-migrations', mounted(here), command, '--user', '4711:4711');
  assertRefused(other, /Permission denied for uid 4711: cannot read and write \/data/);
  for (const path of [here.data, here.database]) chownSync(path, 4711, 4711);
  const own = await container('et-intel-migrations', mounted(here), command, '--user', '4711:4711');
  assert.equal(own.code, 0, own.stderr);
  assert.match(own.stdout, /to 008_typed [\s\S]*^started$/m);
});

test('a database that is mounted as a single file is refused, whether anything is pending or not', async (t) => {
  const here = place(t, 'delete');
  const alone = [`${here.database}:/data/et_intelligence.db`, `${here.migrations}:/app/migrations:ro`];
  const before = here.content();
  const command = ['sh', '-c', 'echo started'];
  assertRefused(await container('et-intel-migrations', alone, command), /mounted into this container as a single file/);
  assert.equal(here.content(), before);
  const upgraded = await container('et-intel-migrations', mounted(here), command);
  assert.equal(upgraded.code, 0, upgraded.stderr);
  assertRefused(await container('et-intel-migrations', alone, command), /mounted into this container as a single file/);
});

test('docker stop rolls an upgrade back, and reaches the application after it', async (t) => {
  const here = place(t, 'delete');
  const application = await started(t, 'et-intel-wrapped', here);
  const said = async (id: string) => {
    const { stdout, stderr } = await run('docker', ['logs', id]);
    return `${stdout}${stderr}`;
  };
  await until(async () => /^application started at 007/m.test(await said(application)));
  // It has a handler of its own, which ends with 0; a signal that does not come through is a SIGKILL after a minute.
  await docker('stop', '--time', '60', application);
  assert.equal(await docker('inspect', '--format', '{{.State.ExitCode}}', application), '0');

  const before = here.content();
  here.deploy('008_endless', endless);
  const upgrade = await started(t, 'et-intel-wrapped', here, ['--env', 'DRYDOCK_ON_FAILURE=start']);
  await until(async () => /"phase":"inspect"/.test(await said(upgrade)));
  await docker('stop', '--time', '60', upgrade);
  assert.equal(await docker('inspect', '--format', '{{.State.ExitCode}}', upgrade), '23', await said(upgrade));
  assert.doesNotMatch(await said(upgrade), /application started/);
  assert.equal(here.content(), before);
});

test('the health of a container is that of its daemon, where it has one', async (t) => {
  const here = place(t, 'delete');
  const often = ['--health-interval', '1s', '--health-start-period', '1s', '--health-retries'];
  const cases = [
    { command: ['drydock', 'daemon'], wanted: 'healthy', retries: '60' },
    // Not where the check asks.
    { command: ['drydock', 'daemon', '--address', '127.0.0.1:9999'], wanted: 'unhealthy', retries: '3' },
    { command: ['sleep', '1000'], wanted: 'healthy', retries: '1' },
    // For ever in the upgrade before it.
    { command: ['drydock', 'daemon'], wanted: 'healthy', retries: '1', deploy: endless },
  ];
  for (const { command, wanted, retries, deploy } of cases) {
    if (deploy !== undefined) here.deploy('008_endless', deploy);
    const id = await started(t, 'et-intel-migrations', here, [...often, retries], command);
    const health = () => docker('inspect', '--format', '{{.State.Health.Status}}', id);
    await until(async () => (await health()) !== 'starting');
    assert.equal(await health(), wanted, command.join(' '));
  }
});

test('in an image without Node: Drydock runs, the application has its own tools, and may start on the old schema', async (t) => {
  const here = place(t, 'wal');
  here.deploy('008_fails', 'SELECT 1 FROM nowhere;');
  const look = ['sh', '-c', 'python3 --version && ! command -v node && ! env | grep LD_LIBRARY_PATH'];
  const refused = await container('et-intel-wrapped', mounted(here), look);
  assert.equal(refused.code, 20);
  assert.equal(refused.stdout, '');
  const old = await container('et-intel-wrapped', mounted(here), look, '--env', 'DRYDOCK_ON_FAILURE=start');
  assert.equal(old.code, 0, old.stderr);
  assert.match(old.stdout, /^Python 3/);
  assert.match(old.stderr, /DRYDOCK_ON_FAILURE=start: sh starts/);
});
