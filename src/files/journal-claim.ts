/** Reads only the headers and page numbers of a rollback journal (https://sqlite.org/fileformat2.html, section 3). */
import { type Claim, countMissing, isPageSize, isPowerOfTwo, wholePagesIn } from './claimed-pages.ts';
import type { RawBytes } from './raw-bytes.ts';

const magic = Buffer.from('d9d505f920a163d7', 'hex');
const unsynced = Buffer.alloc(magic.length + 4);
const headerBytes = 28;
/** SQLite ignores a journal that is shorter. */
const leastBytes = 512;
/** Instead of a count: the rest of the file is records. */
const allTheRest = 0xffffffff;

/** @returns Undefined if the journal has ended, has no valid header, or is of the transaction that created the database. */
export function readJournalClaim(bytes: RawBytes, mainBytes: number): Claim | undefined {
  const header = bytes.size < leastBytes ? undefined : (readHeader(bytes, 0) ?? readUnsynced(bytes, mainBytes));
  if (header === undefined) return undefined;
  const [pages, sectorSize, pageSize] = [header.readUInt32BE(16), header.readUInt32BE(20), header.readUInt32BE(24)];
  if (pages === 0 || !isPageSize(pageSize) || !isSectorSize(sectorSize)) return undefined;
  const mainPages = wholePagesIn(mainBytes, pageSize);
  const claim = { generation: header.toString('hex'), pageSize, pages };
  if (mainPages >= pages) return { ...claim, missing: 0 };
  const held = readRecords(bytes, sectorSize, pageSize, mainPages);
  return { ...claim, missing: countMissing(pageSize, pages, mainPages, held) };
}

/**
 * Until the journal is forced to the disk the magic and the count of records are zeros, and the database is not written to
 * (pager.c, writeJournalHdr). SQLite removes such a journal, even if it is all that is left of a database that was emptied.
 * Beside any other file it claims nothing: a later transaction may have made that smaller and left the journal there.
 */
function readUnsynced(bytes: RawBytes, mainBytes: number): Buffer | undefined {
  if (mainBytes > 0) return undefined;
  const header = bytes.at(0, headerBytes);
  return header?.subarray(0, unsynced.length).equals(unsynced) === true ? header : undefined;
}

function isSectorSize(bytes: number): boolean {
  return bytes >= 32 && bytes <= 65_536 && isPowerOfTwo(bytes);
}

function readHeader(bytes: RawBytes, offset: number): Buffer | undefined {
  const header = bytes.at(offset, headerBytes);
  return header?.subarray(0, magic.length).equals(magic) === true ? header : undefined;
}

/** A journal has one or more segments, each a header that fills a sector and the records that it counts. */
function readRecords(bytes: RawBytes, sectorSize: number, pageSize: number, mainPages: number): ReadonlySet<number> {
  const held = new Set<number>();
  const recordBytes = 4 + pageSize + 4;
  let offset = 0;
  for (;;) {
    const first = offset + sectorSize;
    const header = first > bytes.size ? undefined : readHeader(bytes, offset);
    if (header === undefined && offset > 0) return held;
    const fitting = Math.max(0, Math.floor((bytes.size - first) / recordBytes));
    const counted = header?.readUInt32BE(8) ?? allTheRest;
    const records = counted === allTheRest ? fitting : counted;
    for (let record = 0; record < Math.min(records, fitting); record += 1) {
      const page = bytes.at(first + record * recordBytes, 4)?.readUInt32BE(0) ?? 0;
      if (page === 0) return held;
      if (page > mainPages) held.add(page);
    }
    if (records > fitting) return held;
    offset = Math.ceil((first + records * recordBytes) / sectorSize) * sectorSize;
  }
}
