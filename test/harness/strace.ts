/**
 * Arguments of strace that run the code of a module.
 * @param fault What becomes of its calls on the path, as `inject` of strace(1) takes it.
 */
export function faulted(code: string, path: string, fault: string): string[] {
  const node = [process.execPath, '--input-type=module', '-e', code];
  return ['-f', '-o', '/dev/null', '-P', path, '-e', `inject=${fault}`, ...node];
}
