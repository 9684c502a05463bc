import { describeAttacks } from '../harness/kill.ts';
import { maintenanceAttacks } from './cases-no-transaction-maintenance.ts';

describeAttacks('revisions that change no content', maintenanceAttacks, 'quick');
