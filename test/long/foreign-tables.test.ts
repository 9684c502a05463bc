import { strangerTests } from '../attacks/cases-foreign-tables.ts';

strangerTests('rest');
