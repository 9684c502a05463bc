/** Which tables a run could have written. The check of the result covers these; docs/decisions/0011-the-written-set.md. */

/** What the statements of a run could have written. Names are as the schema spells them. */
export type Written =
  | {
      readonly kind: 'every table';
      /** Why it is not known, as a clause: "a revision ran outside a transaction". */
      readonly because: string;
    }
  | {
      readonly kind: 'tables';
      /** Tables that were written, created, changed or dropped. */
      readonly tables: readonly string[];
      /** Views that were created, changed or dropped. */
      readonly views: readonly string[];
    };
