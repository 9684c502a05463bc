import { announcedRows } from './cases-rows-announced.ts';

announcedRows('default');
