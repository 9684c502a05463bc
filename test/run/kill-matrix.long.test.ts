import { describeAttacks } from '../harness/kill.ts';
import { damageAttacks } from './cases-kill-damage.ts';
import { restoreAttacks } from './cases-kill-restore.ts';
import { downgradeAttacks, killAttacks, signalAttacks, upgradeAttacks } from './cases-kill-upgrade.ts';

describeAttacks('kills of an upgrade', [...killAttacks, ...upgradeAttacks], 'others');
describeAttacks('kills of a downgrade', downgradeAttacks, 'others');
describeAttacks('signals', signalAttacks, 'others');
describeAttacks('damage after the commit', damageAttacks, 'others');
describeAttacks('kills of a restore', restoreAttacks, 'others');
