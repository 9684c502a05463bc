import { relativeTests } from '../attacks/cases-relative-told.ts';

relativeTests('rest');
