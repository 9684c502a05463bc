import type { Step } from '../revisions/revision.ts';
import type { EngineStep } from './protocol.ts';

/**
 * Converts a step to the form that is sent to the engine.
 * @param given What the revision sees as `op.arguments`.
 */
export function engineStep({ revision, direction }: Step, given: EngineStep['arguments']): EngineStep {
  const { id, transaction, path, body, checksum } = revision;
  return {
    id,
    direction,
    transaction,
    path,
    body: body.kind === 'sql' ? { kind: 'sql', statements: body[direction] } : { kind: 'module', checksum },
    arguments: given,
  };
}
