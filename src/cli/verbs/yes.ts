/** `--yes`: to losing data, without being asked. */
export interface YesFlag {
  readonly yes?: true;
}

export function dataLoss({ yes }: YesFlag): { readonly dataLoss?: 'accepted' } {
  return yes ? { dataLoss: 'accepted' } : {};
}
