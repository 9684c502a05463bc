import { togetherTests } from './cases-lock-together.ts';

togetherTests('default');
