import { refusals } from '../harness/refused-commands.ts';
import { bookkeepingCases } from './cases-input-bookkeeping.ts';

refusals(bookkeepingCases.rest);
