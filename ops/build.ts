/**
 * Bundles the command and the library into dist/, which is what the package and the image ship. A bundle starts in a
 * fraction of the time that a folder of modules takes, and a container that finds nothing to do is all start.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build as bundle, type Plugin } from 'esbuild';
import { writeDeclarations } from './declarations.ts';
import { keepCodeOf } from './keep-code.ts';

const projectRoot = fileURLToPath(new URL('..', import.meta.url));

/** The names are those that package.json names, and that src/engine/entry.ts and src/cli/start.ts look for beside themselves. */
export const modules = {
  index: 'src/index.ts',
  engine: 'src/engine/engine.ts',
  'parent-watchdog': 'src/engine/parent-watchdog.ts',
  inspector: 'src/snapshots/inspector.ts',
  'table-checker': 'src/snapshots/table-checker.ts',
  verifier: 'src/daemon/verifier.ts',
};

/** What a start needs, each in one CommonJS file, which Node has running some milliseconds sooner than ES modules. */
const scripts = {
  drydock: 'src/cli/launch.ts',
  start: 'src/cli/start.ts',
};

/** What the start needs where there is a config file. */
const yamlOfStart = { yaml: 'src/config/yaml.ts' };

/**
 * It carries a binary. Everything else is bundled and stands in package.json among what only development needs, so that an
 * installation is this and no more.
 */
export const external = ['better-sqlite3'];

/** Half the code of the start would be for YAML, which many a start has none of; so the start runs that as a script of its own. */
const yamlApart: Plugin = {
  name: 'yaml-apart',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /[/]yaml\.ts$/ }, () => ({ path: 'yaml', namespace: 'apart' }));
    onLoad({ filter: /^yaml$/, namespace: 'apart' }, () => ({
      resolveDir: join(projectRoot, 'src', 'cli'),
      contents: `const { runScript } = require('./code-cache.ts');
        module.exports = runScript(require('node:path').join(__dirname, 'yaml.cjs'));`,
    }));
  },
};

/** Takes the place of src/faults.ts: what is published cannot be told to stop in the middle of a commit. */
const withoutFaultPoints: Plugin = {
  name: 'without-fault-points',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]faults\.ts$/ }, () => ({
      contents: 'export async function faultPoint() {}\nexport const isFaultVariable = () => false;',
    }));
  },
};

/** Some dependencies are CommonJS, and a bundle of ES modules has no `require` for Node's own modules. */
const requireForCommonJs =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);";

/** How a set of ES modules is bundled that import from one another. */
export const asModules = {
  external,
  banner: { js: requireForCommonJs },
  splitting: true,
  format: 'esm',
} as const satisfies BuildOptions;

/** A script has no `import.meta`. */
const placeOfScript = {
  banner: { js: 'const urlOfScript = require("node:url").pathToFileURL(__filename).href;' },
  define: { 'import.meta.url': 'urlOfScript', 'import.meta.main': 'false' },
} as const satisfies BuildOptions;

/** How a CommonJS file is bundled that holds all it needs. */
export const asScript = {
  external,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
} as const satisfies BuildOptions;

/** The whole command line, a script of its own, of which nothing is run that a verb does not need. */
export const asCommandLine = { ...asScript, ...placeOfScript, entryPoints: { cli: 'src/cli/main.ts' } } as const;

/** Names stay: a stack that --debug prints must be of use in an issue. */
export const shorter = { minifyWhitespace: true, minifySyntax: true } as const satisfies BuildOptions;

export const forNode = {
  absWorkingDir: projectRoot,
  bundle: true,
  platform: 'node',
  target: 'node22',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** @param outdir Emptied first. */
export async function build(outdir: string): Promise<void> {
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  const common: BuildOptions = {
    ...forNode,
    outdir,
    plugins: [withoutFaultPoints],
    ...shorter,
    legalComments: 'none',
    metafile: true,
  };
  const [ofModules, ofScripts, ofYaml, ofCommandLine] = await Promise.all([
    bundle({ ...common, ...asModules, entryPoints: modules }),
    // Nobody is shown a stack of these: what goes wrong in the start goes wrong again in the command line, which says it.
    bundle({ ...common, ...asScript, entryPoints: scripts, minify: true, plugins: [withoutFaultPoints, yamlApart] }),
    bundle({ ...common, ...asScript, entryPoints: yamlOfStart, minify: true }),
    bundle({ ...common, ...asCommandLine }),
  ]);
  chmodSync(join(outdir, 'drydock.cjs'), 0o755);
  await keepCodeOf(outdir);
  writeDeclarations(join(outdir, 'types'));
  const inputs = [ofModules, ofScripts, ofYaml, ofCommandLine].flatMap(({ metafile }) =>
    Object.keys(metafile?.inputs ?? {}),
  );
  const packages = bundledPackages(inputs);
  // Each licence asks to be passed on with every copy.
  const licences = packages.map(({ name, version, text }) => `${name} ${version}\n\n${text.trim()}\n`);
  writeFileSync(join(outdir, 'LICENSES.txt'), licences.join(`\n${'-'.repeat(80)}\n\n`));
  writeFileSync(join(outdir, 'sbom.json'), `${JSON.stringify(billOfMaterials(packages), null, 2)}\n`);
}

interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Of the licence. */
  readonly text: string;
}

function bundledPackages(inputs: readonly string[]): BundledPackage[] {
  const folders = inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
  return [...new Set(folders)].sort().map((folder) => {
    const absolute = join(projectRoot, folder);
    const { name, version, license } = JSON.parse(readFileSync(join(absolute, 'package.json'), 'utf8'));
    const file = readdirSync(absolute).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    const text = file === undefined ? `Licence: ${license}\n` : readFileSync(join(absolute, file), 'utf8');
    return { name, version, license, text };
  });
}

/** `npm ls` and `npm audit` of an installation do not see what is bundled. https://cyclonedx.org/docs/1.6/json/ */
function billOfMaterials(packages: readonly BundledPackage[]) {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    components: packages.map(({ name, version, license }) => ({
      type: 'library',
      name,
      version,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      licenses: [{ license: { id: license } }],
    })),
  };
}

if (import.meta.main) {
  const outdir = join(projectRoot, 'dist');
  await build(outdir);
  process.stdout.write(`Built ${readdirSync(outdir).length} files in dist/\n`);
}
