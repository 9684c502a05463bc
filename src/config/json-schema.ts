import * as z from 'zod/mini';
import { fileSchema } from './schema.ts';

/** The JSON Schema of `config/drydock.yaml`, for editors. `node src/config/json-schema.ts` prints it. */
export function configJsonSchema(): object {
  return { title: 'Drydock configuration', ...z.toJSONSchema(fileSchema, { io: 'input' }) };
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
