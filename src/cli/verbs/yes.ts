/** `--yes`: consent to losing data, without a question. */
export interface YesFlag {
  readonly yes?: true;
}

export function dataLoss({ yes }: YesFlag): { readonly dataLoss?: 'accepted' } {
  return yes ? { dataLoss: 'accepted' } : {};
}
