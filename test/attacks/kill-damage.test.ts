import { describeAttacks } from './helpers-kill.ts';
import { damageAttacks } from './helpers-kill-damage.ts';

describeAttacks('damage after the commit', damageAttacks, 'quick');
