import { emptiedTests } from './cases-emptied.ts';

emptiedTests('rest');
