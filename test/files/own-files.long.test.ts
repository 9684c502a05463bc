import { wrongKindTests } from './cases-own-files.ts';

wrongKindTests('rest');
