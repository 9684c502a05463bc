import { misfitTests, wildWriterTests } from './cases-companions.ts';

misfitTests('rest');
wildWriterTests(25);
