/** The disk fails to read one page, once. To SQLite the database is malformed then, and it is not. */
import { failedReads } from './cases-read-fails.ts';

failedReads('rest');
