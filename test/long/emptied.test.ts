import { emptiedTests } from '../attacks/cases-emptied.ts';

emptiedTests('rest');
