/** Drydock's version, as package.json has it: it stands beside dist/ in the package as beside src/ in a checkout. */
import { readFileSync } from 'node:fs';

export function toolVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
