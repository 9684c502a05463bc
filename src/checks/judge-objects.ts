import { foldName } from '../schema/names.ts';
import { describeObject } from '../schema/objects/objects.ts';
import { announcement } from './announcement.ts';
import type { BrokenObject } from './broken-objects.ts';
import type { JudgedStep } from './judge-rows.ts';
import type { CheckResult } from './measurement.ts';

/** A view, trigger or foreign key that compiled before a run has to compile after it, unless a revision announces it. */
export function judgeObjects(broken: readonly BrokenObject[], steps: readonly JudgedStep[]): CheckResult[] {
  const expectations = steps.flatMap((step) => step.expectations);
  const announced = new Set(expectations.flatMap((each) => ('broken' in each ? [foldName(each.broken)] : [])));
  return broken.map((object) => {
    const { name, complaint, before } = object;
    if (before === 'unseen') return notLookedAt(object);
    const isAnnounced = announced.has(foldName(name));
    const compared = {
      broken: 'as before the run',
      absent: 'and was not there before the run',
      compiled: isAnnounced ? 'as a revision announced' : `and it did before; ${advice(object, steps)}`,
    };
    return {
      check: 'objects',
      subject: name,
      ok: before !== 'compiled' || isAnnounced,
      before: { compiled: 'compiles', broken: 'broken', absent: null }[before],
      after: 'broken',
      message: `${describeObject(object)} does not compile (${complaint}), ${compared[before]}`,
    };
  });
}

function notLookedAt(object: BrokenObject): CheckResult {
  const why = `it uses ${object.complaint}(), which only the application has`;
  const message = `${describeObject(object)} was not looked at: ${why}`;
  return { check: 'objects', subject: object.name, ok: true, before: null, after: null, message };
}

function advice({ kind, name }: BrokenObject, steps: readonly JudgedStep[]): string {
  return `if a later deployment repairs it, add ${announcement({ broken: name, kind }, steps)} to the revision`;
}
