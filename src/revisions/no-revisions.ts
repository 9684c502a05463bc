/** A folder without revisions: nearly always the wrong folder, or a volume that is not mounted. */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { codeOf, DrydockError } from '../errors.ts';
import { namesIn } from '../files/access.ts';
import { shellWord } from '../files/shell-word.ts';
import { describeList, plural } from '../format.ts';
import { loadRevisions } from './files/load.ts';

/** Recognised by paths in the folder, at most one level down. */
const otherTools: readonly (readonly [tool: string, sign: RegExp])[] = [
  ['Prisma', /^migration_lock\.toml$|^[^/]+\/migration\.sql$/],
  ['Drizzle', /^(?:meta\/)?_journal\.json$|^[^/]+\/snapshot\.json$/],
  ['Alembic', /^(?:env\.py|script\.py\.mako|versions\/[^/]+\.py|[0-9a-f]{12}_[^/]*\.py)$/],
  ['Django', /^(?:[^/]+\/)?\d{4}_\w+\.py$/],
  ['Rails', /^(?:[^/]+\/)?\d{14}_\w+\.rb$/],
  ['Liquibase', /^(?:[^/]+\/)?(?:db\.)?changelog[^/]*\.(?:xml|ya?ml|json)$/],
  ['Entity Framework', /^(?:[^/]+\/)?\d{14}_\w+\.cs$/],
];

/** @param folder The revisions folder, which is readable but has no revision. */
export function noRevisions(folder: string): DrydockError {
  const absolute = resolve(folder);
  const seen = lookInto(absolute);
  const below = seen.folders.find((name) => hasRevisions(join(absolute, name)));
  return new DrydockError('USAGE', {
    what: `No revisions found in ${absolute}: ${sayWhatIsThere(absolute, seen, below)}`,
    next: below === undefined ? checkFolder : `Use that folder: --migrations ${shellWord(join(absolute, below))}`,
  });
}

const checkFolder =
  "Check --migrations (or `migrations` in the config), and in a container that the volume is mounted; to write the first revision: `drydock revision -m 'what it does'`; if there should be none, pass --allow-no-revisions";

interface Seen {
  /** Names. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

function lookInto(folder: string): Seen {
  const names = namesIn(folder).toSorted();
  // A volume from a Kubernetes ConfigMap consists of symbolic links.
  const isFolder = (name: string) => statUnlessClosed(join(folder, name)) === 'folder';
  return { folders: names.filter(isFolder), files: names.filter((name) => !isFolder(name)) };
}

function sayWhatIsThere(folder: string, { folders, files }: Seen, below: string | undefined): string {
  if (folders.length + files.length === 0) return 'it is empty';
  const parts = [count(folders, 'folder'), count(files, 'file')].filter((part) => part !== undefined);
  const there = `it has ${describeList(parts)}`;
  if (below !== undefined) return `${there}, and the revisions are in ${join(folder, below)}`;
  const paths = [
    ...files,
    ...folders.flatMap((name) => namesBelow(join(folder, name)).map((file) => `${name}/${file}`)),
  ];
  const tool = otherTools.find(([, sign]) => paths.some((path) => sign.test(path)))?.[0];
  return tool === undefined ? `${there}, and no .sql, .ts or .js file` : `${there}, which looks like ${tool}`;
}

function count(names: readonly string[], noun: string): string | undefined {
  const [first, second] = names;
  if (first === undefined) return undefined;
  const more = names.length > 2 ? ', …' : '';
  const some = second === undefined ? first : `${first}, ${second}${more}`;
  return `${plural(names.length, noun)} (${some})`;
}

/** A folder that this user may not enter is skipped. */
function namesBelow(folder: string): string[] {
  try {
    return namesIn(folder);
  } catch (error) {
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') return [];
    throw error;
  }
}

function statUnlessClosed(path: string): 'folder' | 'other' {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? 'folder' : 'other';
  } catch (error) {
    if (['EACCES', 'EPERM', 'ELOOP'].includes(codeOf(error))) return 'other';
    throw error;
  }
}

function hasRevisions(folder: string): boolean {
  try {
    return loadRevisions(folder).length > 0;
  } catch (error) {
    // Its files are not Drydock revisions.
    if (error instanceof DrydockError) return false;
    throw error;
  }
}
