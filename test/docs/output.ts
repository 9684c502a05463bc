/** What a command of a document printed, and what stands in the document, made comparable. */

/**
 * Takes out of account what differs between two runs: the folder, durations, sizes, times, ids that hold a time, checksums.
 * @param folder Where it was printed; documents call it /srv.
 */
export function comparable(text: string, folder = '/srv'): string {
  return text
    .replaceAll(folder, '/srv')
    .replace(/\b[0-9a-f]{64}\b/g, '<checksum>')
    .replace(/\b\d{8}T\d{9}Z-[0-9a-f]{8}\b/g, '<snapshot>')
    .replace(/\b\d+ ms\b/g, '<duration>')
    .replace(/\b[\d.]+ (?:KB|MB|GB|TB)\b/g, '<size>')
    .trimEnd();
}
