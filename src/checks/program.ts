/** What a compiled statement can write and read, from its program as EXPLAIN lists it. https://sqlite.org/opcode.html */
import { invariant } from '../errors.ts';

/** A row of EXPLAIN: addr, opcode, p1, p2, p3, p4, p5, comment. */
export type Instruction = readonly [number, string, number, number, number, unknown, number, ...unknown[]];

export interface ProgramWrites {
  /** Root pages in the main database, of tables and indexes. Subprograms of triggers are included. */
  readonly roots: ReadonlySet<number>;
  /** Those of trees that it drops. */
  readonly destroyed: ReadonlySet<number>;
  /** True if it writes to, creates or drops virtual tables: a program does not say which. */
  readonly virtual: boolean;
  /** True if it may fill a table or an index that it creates. */
  readonly fills: boolean;
  /** Why it may write to every table; undefined if it does not. */
  readonly every: string | undefined;
}

/**
 * Opcodes that write to no b-tree of the main database by themselves: a cursor that they write through was opened by an
 * opcode that is not here. An opcode on neither list may do anything.
 */
export const harmless: ReadonlySet<string> = new Set(
  `Abortable Add AddImm Affinity AggFinal AggInverse AggStep AggStep1 AggValue And AutoCommit BeginSubrtn BitAnd BitNot BitOr
  Blob Cast Checkpoint Close ClrSubtype CollSeq Column ColumnsUsed Compare Concat Copy Count CursorHint CursorLock
  CursorUnlock DecrJumpZero DeferredSeek Delete Divide DropIndex DropTable DropTrigger ElseEq EndCoroutine Eq Expire Explain
  Filter FilterAdd FinishSeek FkCheck FkCounter FkIfZero Found Function Ge GetSubtype Gosub Goto Gt Halt HaltIfNull IdxDelete
  IdxGE IdxGT IdxInsert IdxLE IdxLT IdxRowid IFindKey If IfEmpty IfNoHope IfNot IfNotZero IfNullRow IfPos IfSizeBetween Init
  InitCoroutine Insert Int64 IntCopy Integer IntegrityCk IsNull IsTrue IsType JournalMode Jump Last Le LoadAnalysis Lt
  MakeRecord MaxPgcnt MemMax Move Multiply MustBeInt Ne NewRowid Next NoConflict Noop Not NotExists NotFound NotNull Null
  NullRow Offset OffsetLimit Once OpenAutoindex OpenDup OpenEphemeral OpenPseudo OpenRead Or Pagecount Param ParseSchema
  Permutation Prev Program PureFunc ReadCookie Real RealAffinity ReleaseReg Remainder ReopenIdx ResetCount ResetSorter
  ResultRow Return Rewind RowCell RowData Rowid RowSetAdd RowSetRead RowSetTest Savepoint SCopy SeekEnd SeekGE SeekGT SeekHit
  SeekLE SeekLT SeekRowid SeekScan Sequence SequenceTest SetCookie SetSubtype ShiftLeft ShiftRight SoftNull Sort
  SorterCompare SorterData SorterInsert SorterNext SorterOpen SorterSort String String8 Subtract TableLock Trace Transaction
  TypeCheck VBegin VCheck VColumn VFilter VInitIn VNext VOpen Variable Yield ZeroOrNull`.split(/\s+/),
);

const mainDatabase = 0;
const temporaryDatabase = 1;
/** In P5 of OpenWrite: P2 is a register with the root page of a tree that the same program has created. */
const rootInRegister = 0x10;

export function writesOf(program: readonly Instruction[]): ProgramWrites {
  invariant(program.length > 0, 'EXPLAIN listed no program');
  const roots = new Set<number>();
  const destroyed = new Set<number>();
  let virtual = false;
  let fills = false;
  let every: string | undefined;
  const writeRoot = (database: number, root: number) => {
    if (database === mainDatabase) roots.add(root);
    else if (database !== temporaryDatabase) every ??= `a statement writes to database ${database}`;
  };
  for (const [, opcode, p1, p2, p3, , p5] of program) {
    switch (opcode) {
      case 'OpenWrite':
        if ((p5 & rootInRegister) === 0) writeRoot(p3, p2);
        else fills = true;
        break;
      case 'Clear':
        writeRoot(p2, p1);
        break;
      case 'Destroy':
        writeRoot(p3, p1);
        if (p3 === mainDatabase) destroyed.add(p1);
        break;
      case 'CreateBtree':
        break;
      case 'VUpdate':
      case 'VCreate':
      case 'VDestroy':
      case 'VRename':
        virtual = true;
        break;
      default:
        if (!harmless.has(opcode)) every ??= `a statement does what cannot be followed (${opcode})`;
    }
  }
  return { roots, destroyed, virtual, fills, every };
}

/** @returns The root pages in the main database that a query reads; undefined if it may read something else. */
export function readsOf(program: readonly Instruction[]): ReadonlySet<number> | undefined {
  const roots = new Set<number>();
  for (const [, opcode, , p2, p3] of program) {
    if (!harmless.has(opcode) || opcode === 'VOpen') return undefined;
    if (opcode !== 'OpenRead') continue;
    if (p3 !== mainDatabase) return undefined;
    roots.add(p2);
  }
  return roots;
}
