import { doctor as diagnose } from '../../api/doctor.ts';
import type { Config } from '../../config/config.ts';
import type { Diagnosis } from '../../doctor/doctor.ts';
import type { DoctorFinding } from '../../doctor/finding.ts';
import { exitCodes } from '../../errors.ts';
import { visible, visibleLines } from '../../visible.ts';
import type { Output } from '../print.ts';

/** Exits with the code that a run would be refused with. */
export async function doctor(config: Config): Promise<Output> {
  const diagnosis = await diagnose(config);
  const { refusal, findings } = diagnosis;
  return {
    data: { ...diagnosis },
    text: [...findings.map(lines), '', visible(verdict(diagnosis))].join('\n'),
    exitCode: refusal === null ? 0 : exitCodes[refusal],
  };
}

const levelWidth = 'problem'.length;
const probeWidth = 'permissions'.length;

function lines({ level, probe, message, next }: DoctorFinding): string {
  const first = `${level.padEnd(levelWidth)}  ${probe.padEnd(probeWidth)}  ${message}.`;
  return visibleLines(next === null ? [first] : [first, `${' '.repeat(levelWidth + probeWidth + 4)}${next}.`]);
}

function verdict({ database, refusal, findings }: Diagnosis): string {
  if (refusal !== null) return `A run of ${database} would be refused with ${exitCodes[refusal]} (${refusal}).`;
  const notices = findings.filter(({ level }) => level === 'notice').length;
  const seen = notices === 0 ? '' : ` ${notices === 1 ? 'One thing is' : `${notices} things are`} worth knowing.`;
  return `${database} is ready for a run.${seen}`;
}
