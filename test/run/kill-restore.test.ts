import { describeAttacks } from '../harness/kill.ts';
import { restoreAttacks } from './cases-kill-restore.ts';

describeAttacks('kills of a restore', restoreAttacks, 'quick');
