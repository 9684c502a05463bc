import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';

const root = mkdtempSync(path.join(tmpdir(), 'drydock-config-'));
after(() => rmSync(root, { recursive: true }));

let folders = 0;

/** A new working directory, removed after the tests, with the given `config/drydock.yaml` in it. */
export function folderWith(content?: string | Uint8Array): string {
  const folder = path.join(root, String(folders++));
  mkdirSync(path.join(folder, 'config'), { recursive: true });
  if (content !== undefined) writeFileSync(path.join(folder, 'config', 'drydock.yaml'), content);
  return folder;
}
