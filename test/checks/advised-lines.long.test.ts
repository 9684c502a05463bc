/** The lines that failed checks advise, those that are not in advised-lines.test.ts. */
import { advisedLineTests } from './cases-advised-lines.ts';

advisedLineTests('rest');
