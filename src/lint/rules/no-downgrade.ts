import type { Rule } from '../rule.ts';

/** A way down that does nothing, where the way up does something. That there is none can be said: op.cannotDowngrade. */
export const noDowngrade: Rule = {
  name: 'no-downgrade',
  check({ revision, direction, statements, operations, upIsEmpty }) {
    if (direction === 'up' || upIsEmpty || statements.length > 0 || operations.length > 0) return [];
    return [{ line: undefined, message: `${revision.id} changes something on the way up and nothing on the way down` }];
  },
};
