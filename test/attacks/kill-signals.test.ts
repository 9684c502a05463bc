import { describeAttacks } from './helpers-kill.ts';
import { signalAttacks } from './helpers-kill-upgrade.ts';

describeAttacks('signals', signalAttacks, 'quick');
