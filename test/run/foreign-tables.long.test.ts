import { strangerTests, whoseTests } from './cases-foreign-tables.ts';

strangerTests('rest');
whoseTests('rest');
