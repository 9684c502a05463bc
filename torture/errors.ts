/** Has a call of a command end with an error of the operating system: the right ending, the right state, one sentence. */
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { layoutFor } from '../src/files/layout.ts';
import { must } from './broken.ts';
import { type Attack, missed, requireState, requireTold } from './crash.ts';
import { databaseOf } from './scenes.ts';
import { contentNow, finish, play, requireWayBack, wholly } from './stage.ts';

export interface ErrorAttack {
  readonly name: string;
  readonly attack: Attack;
}

const { ENOSPC, EIO, EACCES, EROFS, EMFILE } = constants.errno;

export const errorAttacks: readonly ErrorAttack[] = [
  errorAttack('ENOSPC once', ENOSPC, 'once'),
  errorAttack('ENOSPC from there on', ENOSPC, 'lasting'),
  errorAttack('EIO once', EIO, 'once'),
  errorAttack('EIO from there on', EIO, 'lasting'),
  errorAttack('EACCES once', EACCES, 'once'),
  errorAttack('EROFS from there on', EROFS, 'lasting'),
  errorAttack('EMFILE once', EMFILE, 'once'),
];

function errorAttack(name: string, number: number, how: 'once' | 'lasting'): ErrorAttack {
  const attack: Attack = async (stage, at) => {
    const ended = await play(stage, { at, action: { kind: 'error', number, lasting: how === 'lasting' } });
    must(ended.signal === null, `it was ended by ${ended.signal}, or hung: ${ended.stderr}`);
    if (ended.calls < at) return missed(ended);
    const content = wholly(stage, contentNow(stage.root));
    if (ended.code === 0) {
      must(content === 'new', 'honest exit: it ended with 0, and the content is the old');
      if (stage.old !== stage.new) requireWayBack(stage);
    } else {
      requireTold(ended);
      requireState(stage, ended, content);
    }
    // Said in a warning: a start with nothing to do leaves it to the next run that has.
    if (ended.stderr.includes('the working copy or old snapshots could not be removed'))
      rmSync(layoutFor({ database: databaseOf(stage.root) }).workingCopy, { force: true });
    await finish(stage);
    return 'hit';
  };
  return { name, attack };
}
