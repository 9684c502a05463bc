/** Where the files are that run in processes and threads of their own: sources in a checkout, bundles in the package. */

/** @param from `import.meta.url` of a module in a folder of `src`. */
export function siblingModule(from: string, name: keyof typeof folders): URL {
  const source = from.endsWith('.ts');
  if (!source) return new URL(`./${name === 'main' ? 'engine' : name}.js`, from);
  return new URL(`../${folders[name]}/${name}.ts`, from);
}

const folders = { main: 'engine', lifeline: 'engine', inspector: 'snapshots', verifier: 'daemon' } as const;
