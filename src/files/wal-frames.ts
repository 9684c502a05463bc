/** Reads only the headers of a write-ahead log, without checksums (https://sqlite.org/fileformat2.html, section 4.1). */
import { isPageSize } from './claimed-pages.ts';
import type { RawBytes } from './raw-bytes.ts';

export interface Wal {
  readonly pageSize: number;
  /** The header in hex: it is different for each generation. */
  readonly generation: string;
  /** How many frames fit in the file; those after the last one of this generation are from an earlier one. */
  readonly room: number;
  /** Undefined if the frame is not of this generation. */
  frame(index: number): Frame | undefined;
}

export interface Frame {
  readonly page: number;
  /** The size of the database in pages, if the frame ends a transaction; else 0. */
  readonly committedPages: number;
  /** Where in the file the content of the page begins. */
  readonly contentAt: number;
}

const headerBytes = 32;
const frameHeaderBytes = 24;
/** The last bit is the byte order of the checksums. */
const magic = 0x377f0682;
const formatVersion = 3007000;

/** @returns Undefined without a valid header: SQLite treats such a log as empty. */
export function readWal(bytes: RawBytes): Wal | undefined {
  const header = bytes.at(0, headerBytes);
  if (header === undefined) return undefined;
  const pageSize = header.readUInt32BE(8);
  const isWal = (header.readUInt32BE(0) & ~1) === magic && header.readUInt32BE(4) === formatVersion;
  if (!isWal || !isPageSize(pageSize)) return undefined;
  const salts = header.subarray(16, 24);
  const frameBytes = frameHeaderBytes + pageSize;
  return {
    pageSize,
    generation: header.toString('hex'),
    room: Math.floor((bytes.size - headerBytes) / frameBytes),
    frame(index) {
      const at = headerBytes + index * frameBytes;
      const frame = bytes.at(at, frameHeaderBytes);
      if (frame === undefined || !frame.subarray(8, 16).equals(salts)) return undefined;
      const [page, committedPages] = [frame.readUInt32BE(0), frame.readUInt32BE(4)];
      return page === 0 ? undefined : { page, committedPages, contentAt: at + frameHeaderBytes };
    },
  };
}

/** The frames that SQLite reads; those after the last commit do not count. */
export function* framesOf(wal: Wal): Generator<Frame, void, undefined> {
  for (let index = 0; index < wal.room; index += 1) {
    const frame = wal.frame(index);
    if (frame === undefined) return;
    yield frame;
  }
}
