import type { Rule } from '../rule.ts';

/** An empty downgrade for an upgrade that does something. Use op.cannotDowngrade to declare that there is none. */
export const noDowngrade: Rule = {
  name: 'no-downgrade',
  check({ revision, direction, statements, operations, upIsEmpty }) {
    if (direction === 'up' || upIsEmpty || statements.length > 0 || operations.length > 0) return [];
    return [
      { line: undefined, message: `${revision.id} changes something in its upgrade and nothing in its downgrade` },
    ];
  },
};
