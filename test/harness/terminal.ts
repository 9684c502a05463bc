import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { commandPath } from './command.ts';

/** What is typed, once what was asked matches. */
export interface Answer {
  readonly to: RegExp;
  readonly typed: string;
}

/** Runs a verb in a terminal of its own, which util-linux's `script` makes, and types each answer when its question is there. */
export async function inTerminal(cwd: string, args: readonly string[], answers: readonly Answer[]) {
  // Without a shell between, whose own ending by SIGINT would hide that of the command.
  const command = ['exec', process.execPath, commandPath, ...args].join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  let shown = '';
  let unread = '';
  const left = [...answers];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    unread += text;
    const [next] = left;
    if (next === undefined || !next.to.test(unread)) return;
    left.shift();
    unread = '';
    child.stdin.write(next.typed);
  });
  const [code] = await once(child, 'close');
  return { code, shown };
}
