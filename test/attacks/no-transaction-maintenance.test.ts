import { describeAttacks } from './helpers-kill.ts';
import { maintenanceAttacks } from './helpers-no-transaction-maintenance.ts';

describeAttacks('revisions that change no content', maintenanceAttacks, 'quick');
