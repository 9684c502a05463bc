import { describeAttacks } from '../harness/kill.ts';
import { signalAttacks } from './cases-kill-upgrade.ts';

describeAttacks('signals', signalAttacks, 'quick');
