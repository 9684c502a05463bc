import { describeAttacks } from '../attacks/helpers-kill.ts';
import { damageAttacks } from '../attacks/helpers-kill-damage.ts';
import { restoreAttacks } from '../attacks/helpers-kill-restore.ts';
import { downgradeAttacks, killAttacks, signalAttacks, upgradeAttacks } from '../attacks/helpers-kill-upgrade.ts';

describeAttacks('kills of an upgrade', [...killAttacks, ...upgradeAttacks], 'others');
describeAttacks('kills of a downgrade', downgradeAttacks, 'others');
describeAttacks('signals', signalAttacks, 'others');
describeAttacks('damage after the commit', damageAttacks, 'others');
describeAttacks('kills of a restore', restoreAttacks, 'others');
