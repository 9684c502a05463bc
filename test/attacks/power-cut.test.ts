/** Power cuts on ext4. On xfs, and at moments that nobody chose: test/long/power-cut.test.ts. */
import { powerCuts } from './helpers-power-cuts.ts';

powerCuts('ext4');
