/** The image as `docker run` runs it. */
import type { TestContext } from 'node:test';
import { docker, run, succeed, until } from './docker.ts';
import { attack, type Deployment, type Outcome, type Platform } from './scenarios.ts';

const application = ['python3', '/app/ingester.py'];

function platform(t: TestContext): Platform {
  const name = `drydock-${process.pid}-${Date.now()}`;
  const remove = (...names: readonly string[]) => run('docker', ['rm', '--force', '--volumes', ...names]);
  t.after(() => remove(name));
  const start = ({ place, readOnly, memory }: Deployment, as: string, ...command: readonly string[]) =>
    docker(
      ...['run', '--detach', '--name', as, '--network', 'none', '--read-only', '--cap-drop', 'ALL'],
      ...['--security-opt', 'no-new-privileges', '--volume', `${place.data}:/data${readOnly === true ? ':ro' : ''}`],
      ...['--volume', `${place.migrations}:/app/migrations:ro`],
      ...(memory === undefined ? [] : ['--memory', `${memory}`, '--memory-swap', `${memory}`]),
      ...['et-intel-wrapped', ...command],
    );
  const ended = async () => (await docker('inspect', '--format', '{{.State.Running}}', name)) === 'false';
  const outcome = async (): Promise<Outcome> => {
    const { stdout, stderr } = await run('docker', ['logs', name]);
    const [started] = /^application started.*$/m.exec(stdout) ?? [];
    const code = Number(await docker('inspect', '--format', '{{.State.ExitCode}}', name));
    return { code, application: started, log: `${stderr}${stdout}` };
  };
  return {
    async deploy(deployment) {
      await remove(name);
      await start(deployment, name, ...application);
      await until(async () => (await outcome()).application !== undefined || (await ended()));
      return outcome();
    },
    async deployAndKill(deployment) {
      await remove(name);
      await start(deployment, name, ...application);
      await until(async () => /"phase":"inspect"/.test((await outcome()).log) || (await ended()));
      await succeed('docker', ['kill', '--signal', 'KILL', name]);
      await succeed('docker', ['wait', name]);
      return outcome();
    },
    async together(deployment, count) {
      const names = Array.from({ length: count }, (_, index) => `${name}-${index}`);
      t.after(() => remove(...names));
      await Promise.all(names.map((each) => start(deployment, each, 'true')));
      const codes = await docker('wait', ...names);
      return codes.split('\n').map(Number);
    },
  };
}

attack('docker run', 'delete', platform);
