import packageJson from '../package.json' with { type: 'json' };

/** Drydock's version. Part of the code, so that a process that can open no more files still has it. */
export function toolVersion(): string {
  return packageJson.version;
}
