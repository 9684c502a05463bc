import { volumeTests } from './cases-volume-fails.ts';

volumeTests('rest');
