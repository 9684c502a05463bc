import { isLeftEmpty } from '../../revisions/files/scaffold.ts';
import type { Rule } from '../rule.ts';

/** Applied like any other; what is written into it afterwards never runs. */
export const emptyRevision: Rule = {
  name: 'empty-revision',
  check({ revision, direction }) {
    if (direction === 'down' || !isLeftEmpty(revision)) return [];
    const message = 'the upgrade is empty: once it is applied, nothing that is written into it will run';
    return [{ line: undefined, message }];
  },
};
