import { describeAttacks } from '../harness/kill.ts';
import { killAttacks, upgradeAttacks } from './cases-kill-upgrade.ts';

describeAttacks('kills of an upgrade', [...killAttacks, ...upgradeAttacks], 'quick');
