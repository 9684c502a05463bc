import { lengthTests, misfitTests, wildWriterTests } from './cases-companions.ts';

misfitTests('rest');
lengthTests('rest');
wildWriterTests(25);
