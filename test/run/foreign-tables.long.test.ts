import { strangerTests } from './cases-foreign-tables.ts';

strangerTests('rest');
