import { describe, test } from 'node:test';
import {
  downgradeOfProduction,
  killAndFinish,
  killPoints,
  kills,
  signalAndFinish,
  signalPoints,
  stage,
  upgradeOfProduction,
} from '../attacks/helpers-kill.ts';
import { journalModes } from '../harness/files.ts';

describe('every kill of an upgrade', { concurrency: 2 }, () => {
  for (const mode of journalModes) {
    for (const kill of kills) {
      test(`all or nothing: SIGKILL of ${kill.victim} at ${kill.at} of an upgrade (${mode})`, async (t) => {
        await killAndFinish(await stage(t, upgradeOfProduction, mode), kill);
      });
    }
  }
});

describe('kills of a downgrade', { concurrency: 2 }, () => {
  for (const [index, point] of killPoints.entries()) {
    const mode = index % 2 === 0 ? 'delete' : 'wal';
    test(`all or nothing: SIGKILL of both at ${point.at} of a downgrade (${mode})`, async (t) => {
      await killAndFinish(await stage(t, downgradeOfProduction, mode), { ...point, victim: 'both' });
    });
  }
});

describe('every signal', { concurrency: 2 }, () => {
  for (const mode of journalModes) {
    for (const point of signalPoints) {
      const signal = mode === 'delete' ? 'SIGTERM' : 'SIGINT';
      test(`honest exit: ${signal} at ${point.at} (${mode})`, async (t) => {
        await signalAndFinish(await stage(t, upgradeOfProduction, mode), { ...point, signal });
      });
    }
  }
});
