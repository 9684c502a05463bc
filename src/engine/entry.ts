/** Where the files are that run in processes and threads of their own: sources in a checkout, bundles in the package. */

/** @param from `import.meta.url` of a module of the engine. */
export function siblingModule(from: string, name: 'main' | 'lifeline' | 'inspector'): URL {
  const source = from.endsWith('.ts');
  if (!source) return new URL(`./${name === 'main' ? 'engine' : name}.js`, from);
  return new URL(name === 'inspector' ? '../snapshots/inspector.ts' : `../engine/${name}.ts`, from);
}
