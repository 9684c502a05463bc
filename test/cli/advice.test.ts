/** The commands that messages hand out, some of them; the others are in advice.long.test.ts. */
import { adviceTests } from './cases-advice.ts';

adviceTests('default');
