/** The same as `engines` in package.json, which npm only warns about. */
export const oldestNode = '22.18';

/** Whether a Node of this version lacks what Drydock is built on, such as its own SQLite. */
export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split('.').map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}
