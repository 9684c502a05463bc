import { describeAttacks } from '../harness/kill.ts';
import { contentAttacks } from './cases-no-transaction-content.ts';

describeAttacks('revisions that change content outside a transaction', contentAttacks, 'quick');
