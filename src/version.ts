/** Drydock's version, as package.json has it. The build writes it in. */
import { readFileSync } from 'node:fs';

export function toolVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
