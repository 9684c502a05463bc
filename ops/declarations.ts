/** The types of the package: the declarations that src/index.ts needs, and no others. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('types.tsconfig.json', import.meta.url));

/** @param outdir Where `index.d.ts` and what it imports go. */
export function writeDeclarations(outdir: string): void {
  const all = mkdtempSync(join(tmpdir(), 'drydock-types-'));
  try {
    emitAll(all);
    for (const path of reachable(join(all, 'index.d.ts'))) cpSync(path, join(outdir, relative(all, path)));
  } finally {
    rmSync(all, { recursive: true, force: true });
  }
}

/** The compiler writes one for every module that any other one imports. */
function emitAll(outdir: string): void {
  const require = createRequire(import.meta.url);
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', project, '--outDir', outdir], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the declarations could not be written:\n${stdout}`);
}

/** @throws {Error} where one imports a package: whoever installs this one would need that package's types too. */
function reachable(from: string, found = new Set<string>()): Set<string> {
  if (found.has(from)) return found;
  found.add(from);
  for (const specifier of importsOf(readFileSync(from, 'utf8'))) {
    if (!specifier.startsWith('.')) throw new Error(`${from} imports ${specifier}`);
    reachable(join(dirname(from), specifier.replace(/\.ts$/, '.d.ts')), found);
  }
  return found;
}

function importsOf(declarations: string): string[] {
  const code = declarations.replace(/\/\*[\s\S]*?\*\//g, '');
  return [...code.matchAll(/(?:\bfrom|\bimport\()\s*'([^']+)'/g)].flatMap(([, specifier]) => specifier ?? []);
}
