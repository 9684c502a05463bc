/** Reads only the headers and page numbers of a rollback journal (https://sqlite.org/fileformat2.html, section 3). */
import { isPageSize, isPowerOfTwo } from './claimed-pages.ts';
import { type RawBytes, withRawBytes } from './raw-bytes.ts';

export interface JournalHeader {
  /** The bytes that identify this generation of the journal. */
  readonly generation: string;
  /** The size of the database when the transaction began. */
  readonly pages: number;
  readonly sectorSize: number;
  readonly pageSize: number;
  /** Of records behind it; everything up to the end of the file if SQLite has not counted them. */
  readonly records: number | 'all the rest';
}

const magic = Buffer.from('d9d505f920a163d7', 'hex');
/** Until the journal is forced to the disk, the magic and the count of records are zeros (pager.c, writeJournalHdr). */
const unsynced = Buffer.alloc(magic.length + 4);
const headerBytes = 28;
/** Instead of a count. */
const allTheRest = 0xffffffff;

/** @returns Undefined if there is no valid header. */
export function readJournalHeader(
  bytes: RawBytes,
  offset: number,
  whichOnes: 'synced' | 'unsynced',
): JournalHeader | undefined {
  const header = bytes.at(offset, headerBytes);
  if (header === undefined) return undefined;
  const begins = whichOnes === 'synced' ? magic : unsynced;
  if (!header.subarray(0, begins.length).equals(begins)) return undefined;
  const [counted, pages, sectorSize, pageSize] = [8, 16, 20, 24].map((at) => header.readUInt32BE(at)) as [
    number,
    number,
    number,
    number,
  ];
  if (!isPageSize(pageSize) || !isSectorSize(sectorSize)) return undefined;
  const records = whichOnes === 'unsynced' || counted === allTheRest ? 'all the rest' : counted;
  return { generation: header.toString('hex'), pages, sectorSize, pageSize, records };
}

function isSectorSize(bytes: number): boolean {
  return bytes >= 32 && bytes <= 65_536 && isPowerOfTwo(bytes);
}

/**
 * The page numbers of all records, up to one that was not written completely.
 * @param first The header at the beginning. @param next Reads the header of each later segment.
 */
export function* recordedPages(
  bytes: RawBytes,
  { sectorSize, pageSize, ...first }: JournalHeader,
  next: (offset: number) => JournalHeader | undefined,
): Generator<number, void, undefined> {
  const recordBytes = 4 + pageSize + 4;
  let offset = 0;
  let counted: JournalHeader['records'] | undefined = first.records;
  while (counted !== undefined) {
    const begin = offset + sectorSize;
    const fitting = Math.max(0, Math.floor((bytes.size - begin) / recordBytes));
    const records = counted === 'all the rest' ? fitting : counted;
    for (let record = 0; record < Math.min(records, fitting); record += 1) {
      const page = bytes.at(begin + record * recordBytes, 4)?.readUInt32BE(0) ?? 0;
      if (page === 0) return;
      yield page;
    }
    if (records > fitting) return;
    offset = Math.ceil((begin + records * recordBytes) / sectorSize) * sectorSize;
    counted = offset + sectorSize > bytes.size ? undefined : next(offset)?.records;
  }
}

/**
 * The pages that an open transaction has changed, while its process is idle. New pages and free ones are not in it. A page
 * is written to the journal before it is changed for the first time, and the journal may grow by a segment each time that
 * it is forced to the disk.
 *
 * @returns Undefined if there is no journal that can be read.
 */
export function pagesChanged(journal: string): ReadonlySet<number> | undefined {
  return withRawBytes(journal, (bytes) => {
    const at = (offset: number) =>
      readJournalHeader(bytes, offset, 'synced') ?? readJournalHeader(bytes, offset, 'unsynced');
    const first = at(0);
    return first === undefined ? undefined : new Set(recordedPages(bytes, first, at));
  });
}
