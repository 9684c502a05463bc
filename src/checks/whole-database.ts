import type { Reader } from '../files/database-reader.ts';
import { readApplied } from '../revisions/applied-tables.ts';
import { readStoredSchema } from '../schema/read-schema.ts';
import { measure } from './measure.ts';
import type { WholeDatabase } from './measurement.ts';

/** Reads the whole file. */
export function readWhole(reader: Reader): WholeDatabase {
  const measurement = measure(reader, []);
  const sound = measurement.integrity.length === 0;
  return {
    measurement,
    applied: sound ? readApplied(reader) : undefined,
    schema: sound ? readStoredSchema(reader) : undefined,
  };
}
