import { DrydockError } from '../../errors.ts';

/**
 * The direction of a verb that looks ahead: up, unless `--down` was given, which needs a target.
 * @throws {DrydockError} USAGE if the target is missing.
 */
export function directed(
  name: 'plan' | 'rehearse',
  target: string | undefined,
  down: true | undefined,
): { readonly verb: 'upgrade' | 'downgrade'; readonly address: string } {
  if (!down) return { verb: 'upgrade', address: target ?? 'head' };
  if (target !== undefined) return { verb: 'downgrade', address: target };
  throw new DrydockError('USAGE', {
    what: 'A downgrade needs a target',
    next: `Name a revision, -1 or base: drydock ${name} --down -1`,
  });
}
