/** What a run refuses, doctor says beforehand: with the same code, in the same words, and nothing touched. */
import { refusalTests } from './cases-refusals.ts';

refusalTests('rest');
