import { wrongKindTests } from '../attacks/cases-own-files.ts';

wrongKindTests('rest');
