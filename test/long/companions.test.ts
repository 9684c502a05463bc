import { misfitTests, wildWriterTests } from '../attacks/cases-companions.ts';

misfitTests('rest');
wildWriterTests(25);
