/** Whether a revision's statements run inside Drydock's transaction or, with `transaction: false`, each on its own. */
export type RunMode = 'transaction' | 'autocommit';

const outside = 'set `transaction: false` in the header of a revision of its own';

/** A problem as a module has to solve it. */
export function inModule(problem: string): string {
  return problem.replace(outside, 'write `export const transaction = false;` in a revision of its own');
}

const transactionControl = ['BEGIN', 'COMMIT', 'END', 'ROLLBACK', 'SAVEPOINT', 'RELEASE'].map(
  (verb) =>
    [
      verb,
      `${verb} is not allowed in a revision, because all pending revisions and their checks are one transaction that Drydock owns: remove it, or ${outside}`,
    ] as const,
);

// https://sqlite.org/lang_attach.html: in WAL mode a transaction is atomic for each file, but not across files.
const attachments = ['ATTACH', 'DETACH'].map(
  (verb) =>
    [
      verb,
      `${verb} is not allowed in a revision, because the snapshot and the checks cover one file: give the other file migrations of its own`,
    ] as const,
);

/** What is refused by a statement's first word, and the sentence that says why and what to do instead. */
export const verbProblems: Readonly<Record<RunMode, ReadonlyMap<string, string>>> = {
  transaction: new Map([
    ...transactionControl,
    ...attachments,
    // https://sqlite.org/lang_vacuum.html
    ['VACUUM', `VACUUM cannot run inside a transaction: ${outside}`],
  ]),
  autocommit: new Map(attachments),
};

const inEveryMode = [
  [
    'writable_schema',
    // https://sqlite.org/pragma.html#pragma_writable_schema: misuse can easily result in a corrupt database file.
    'PRAGMA writable_schema is not allowed in a revision, because a mistake in it corrupts the database: use ALTER TABLE, or the operations of a .ts revision',
  ],
  [
    'ignore_check_constraints',
    // https://sqlite.org/pragma.html#pragma_ignore_check_constraints
    'PRAGMA ignore_check_constraints is not allowed in a revision, because rows that break a CHECK are refused by every integrity check from then on: remove it, and change the rows or the CHECK',
  ],
  [
    'locking_mode',
    // https://sqlite.org/pragma.html#pragma_locking_mode: in WAL mode even readers are shut out.
    'PRAGMA locking_mode is not allowed in a revision, because it changes the locks that Drydock relies on: remove it, since Drydock holds the write lock for the whole run',
  ],
  [
    'max_page_count',
    // https://sqlite.org/pragma.html#pragma_max_page_count: applies to the connection; if it is too low, every write fails
    // with "full".
    'PRAGMA max_page_count is not allowed in a revision, because it lasts only for the run, where it can only block what Drydock itself writes: remove it; the application sets its own on its own connection',
  ],
  [
    'synchronous',
    // https://sqlite.org/pragma.html#pragma_synchronous: ignored inside a transaction.
    'PRAGMA synchronous is not allowed in a revision, because Drydock sets it so that a commit survives a power cut: remove it; the application sets its own on its own connection',
  ],
] as const;

/**
 * https://sqlite.org/pragma.html#pragma_journal_mode: without a journal on disk, a process that dies in a transaction leaves
 * a damaged file.
 */
export const journalInMemory =
  'PRAGMA journal_mode may only set delete, truncate, persist or wal in a revision, because a statement interrupted without a journal on disk destroys the database: remove it';

/** What is refused by the name of a pragma. */
export const pragmaProblems: Readonly<Record<RunMode, ReadonlyMap<string, string>>> = {
  transaction: new Map([
    ...inEveryMode,
    [
      'foreign_keys',
      // https://sqlite.org/pragma.html#pragma_foreign_keys: a no-op within a transaction.
      'PRAGMA foreign_keys does nothing inside a transaction: remove it, since Drydock has enforcement off for the whole run and checks every foreign key before the commit',
    ],
    [
      'journal_mode',
      // https://sqlite.org/pragma.html#pragma_journal_mode: cannot be changed while a transaction is active.
      `PRAGMA journal_mode cannot change inside a transaction: ${outside}`,
    ],
    [
      'page_size',
      // https://sqlite.org/pragma.html#pragma_page_size: takes effect at the next VACUUM, and never in WAL mode.
      `PRAGMA page_size does nothing until a VACUUM outside WAL mode, which cannot run inside a transaction: put both in one revision, and ${outside}`,
    ],
    [
      'auto_vacuum',
      // https://sqlite.org/pragma.html#pragma_auto_vacuum: between NONE and the others only a VACUUM makes the change.
      `PRAGMA auto_vacuum changes from and to NONE only with a VACUUM, which cannot run inside a transaction: put both in one revision, and ${outside}`,
    ],
    [
      'wal_checkpoint',
      // https://sqlite.org/pragma.html#pragma_wal_checkpoint: SQLITE_LOCKED while the connection writes.
      `PRAGMA wal_checkpoint cannot run inside a transaction: remove it, or ${outside}`,
    ],
    [
      'encoding',
      // https://sqlite.org/pragma.html#pragma_encoding: no effect once the database is created.
      'PRAGMA encoding does nothing once a database holds anything: remove it',
    ],
  ]),
  autocommit: new Map(inEveryMode),
};
