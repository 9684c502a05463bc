import { describeAttacks } from './helpers-kill.ts';
import { killAttacks, upgradeAttacks } from './helpers-kill-upgrade.ts';

describeAttacks('kills of an upgrade', [...killAttacks, ...upgradeAttacks], 'quick');
