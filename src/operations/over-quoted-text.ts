import { placeOfQuotedText } from '../schema/edit/text-in-quotes.ts';
import { createdAgain } from './created-again.ts';
import { compileReadable } from './dependents.ts';
import type { SqlPort } from './sql-port.ts';

/**
 * Runs a statement that may be an ALTER TABLE. SQLite reads the whole schema for some of these, and refuses them because of
 * text in double quotes in any part of it: that part is created again first.
 */
export function runOverQuotedText(port: SqlPort, sql: string, ...params: unknown[]): { changes: number } {
  const again = new Set<string>();
  for (;;) {
    try {
      return port.run(sql, ...params);
    } catch (error) {
      const place = placeOfQuotedText(error);
      if (place === undefined || again.has(place.name)) throw error;
      again.add(place.name);
      // A view may only show what is wrong with another one.
      compileReadable(port);
      createdAgain(port, place.kind, place.name);
    }
  }
}
