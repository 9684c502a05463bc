import { relativeTests } from './cases-relative-told.ts';

relativeTests('rest');
