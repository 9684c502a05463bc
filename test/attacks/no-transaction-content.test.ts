import { describeAttacks } from './helpers-kill.ts';
import { contentAttacks } from './helpers-no-transaction-content.ts';

describeAttacks('revisions that change content outside a transaction', contentAttacks, 'quick');
