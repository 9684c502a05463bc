/** The lines that failed checks advise, some of them; the others are in advised-lines.long.test.ts. */
import { advisedLineTests } from './cases-advised-lines.ts';

advisedLineTests('default');
