/** Why a run is to end early: the end of the sentence "The run was stopped by …". */
export class Stop extends Error {}
