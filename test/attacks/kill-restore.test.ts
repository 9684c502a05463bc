import { describeAttacks } from './helpers-kill.ts';
import { restoreAttacks } from './helpers-kill-restore.ts';

describeAttacks('kills of a restore', restoreAttacks, 'quick');
