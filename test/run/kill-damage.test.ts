import { describeAttacks } from '../harness/kill.ts';
import { damageAttacks } from './cases-kill-damage.ts';

describeAttacks('damage after the commit', damageAttacks, 'quick');
