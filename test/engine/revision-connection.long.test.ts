/** What one revision leaves in the connection is not there for the next: one run is what a run for each would be. */
import { leftOverTests } from './cases-revision-connection.ts';

leftOverTests('rest');
