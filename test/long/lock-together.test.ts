import { togetherTests } from '../attacks/cases-lock-together.ts';

togetherTests('rest');
