import { isDeepStrictEqual } from 'node:util';
import type { Revision } from '../../revisions/revision.ts';
import { compareSchemas } from '../../schema/compare/compare.ts';
import { isMild } from '../../schema/compare/difference.ts';
import { type StoredSchema, schemaOf } from '../../schema/read-schema.ts';
import type { Rule } from '../rule.ts';

/** A downgrade that does not restore the schema from before the upgrade. */
export const downgradeDiffers: Rule = {
  name: 'downgrade-differs',
  check({ revision, schemas, statements, operations }) {
    if (
      schemas?.goal === undefined ||
      (!schemas.whole && dependsOnWhatIsThere(revision)) ||
      (statements.length === 0 && operations.length === 0)
    )
      return [];
    // The common case, which avoids parsing two whole schemas for each revision.
    if (isDeepStrictEqual(inOneOrder(schemas.after), inOneOrder(schemas.goal))) return [];
    const differences = compareSchemas(schemaOf(schemas.after), schemaOf(schemas.goal)).filter((each) => !isMild(each));
    return differences.map(({ sentence }) => ({
      line: undefined,
      message: `the downgrade does not restore the schema from before: ${sentence}`,
    }));
  },
};

/** What is there or not decides what such an upgrade does, and only a part of the schema is known. */
function dependsOnWhatIsThere({ body }: Revision): boolean {
  return body.kind === 'module' || body.up.some(({ sql }) => /\bif\s+(?:not\s+)?exists\b/i.test(sql));
}

function inOneOrder({ rows }: StoredSchema): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
