/**
 * What a power cut may leave. A run is written down call by call; for each of its calls the states are made in which
 * everything that was forced to the disk is there, and of the rest any part: whole, torn or missing.
 *
 * The model is harsher than the file systems that we know (ext4, XFS, Btrfs): a file that was forced to the disk has no
 * name before its folder was forced too, and writes reach the disk in any order. Of one folder's names a state has a
 * beginning of what happened to them, as journalling file systems have.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { layoutFor } from '../src/files/layout.ts';
import { attackEach, type Outcome, type Progress } from './attack-each.ts';
import { Broken, must } from './broken.ts';
import { randomFrom } from './random.ts';
import { runCommand } from './runs.ts';
import { databaseOf, mustEnd } from './scenes.ts';
import { contentNow, finish, isDamage, requireWayBack, type Stage, wholly } from './stage.ts';
import { adoptLock } from './state.ts';
import { type Effect, readTrace } from './trace.ts';

/** Which of the calls that nothing has made durable a state has. */
export type Variant =
  | { readonly kind: 'all' | 'none' | 'only names' | 'only data' }
  | { readonly kind: 'some'; readonly seed: number };

export const variants: readonly Variant[] = [
  { kind: 'all' },
  { kind: 'none' },
  { kind: 'only names' },
  { kind: 'only data' },
  ...[1, 2, 3, 4].map((seed): Variant => ({ kind: 'some', seed })),
];

interface DataChange {
  readonly apply: (bytes: Buffer, part: number) => Buffer;
  readonly length: number;
  durable: boolean;
}

/** A file or a folder, whatever its name is now. */
interface Thing {
  readonly base: Buffer | 'folder';
  readonly changes: DataChange[];
}

interface NameChange {
  readonly removes: readonly string[];
  readonly adds: ReadonlyMap<string, Thing>;
  durable: boolean;
}

/** The names below one folder. */
interface Names {
  readonly changes: NameChange[];
}

/** By path. */
type Files = ReadonlyMap<string, Buffer | 'folder'>;

const sectorBytes = 512;

export interface Recorded {
  readonly effects: readonly Effect[];
  /** What was there before: paths with their content. */
  readonly before: Files;
  readonly inodes: ReadonlyMap<bigint, string>;
}

/** Runs the command of a stage undisturbed, and writes down all that it does. */
export async function record(stage: Stage): Promise<Recorded> {
  stage.reset();
  const before = new Map<string, Buffer | 'folder'>();
  const inodes = new Map<bigint, string>();
  const look = (path: string) => {
    const { ino } = statSync(path, { bigint: true });
    inodes.set(ino, path);
    if (!statSync(path).isDirectory()) return void before.set(path, readFileSync(path));
    before.set(path, 'folder');
    for (const name of readdirSync(path)) look(join(path, name));
  };
  look(stage.root);
  const log = `${stage.root}.log`;
  mustEnd(await runCommand(stage.root, stage.command, { log }));
  const effects = readTrace(log);
  rmSync(log);
  return { effects, before, inodes };
}

/** The files that a power cut leaves, by path. */
export function stateAfter({ effects, before, inodes }: Recorded, calls: number, variant: Variant): Files {
  const things = new Map<bigint, Thing>();
  const paths = new Map<string, Thing>();
  const names = new Map<string, Names>();
  for (const [path, content] of before) paths.set(path, { base: content, changes: [] });
  for (const [inode, path] of inodes) {
    const thing = paths.get(path);
    if (thing !== undefined) things.set(inode, thing);
  }
  const initial = new Map(paths);
  const folders = new Map<Thing, string>();
  for (const [path, thing] of paths) if (thing.base === 'folder') folders.set(thing, path);

  const namesOf = (folder: string) => {
    const found = names.get(folder) ?? { changes: [] };
    names.set(folder, found);
    return found;
  };
  const rename = (folder: string, removes: readonly string[], adds: ReadonlyMap<string, Thing>) => {
    namesOf(folder).changes.push({ removes, adds, durable: false });
    for (const path of removes) paths.delete(path);
    for (const [path, thing] of adds) paths.set(path, thing);
  };
  const changeOf = (inode: bigint, length: number, apply: DataChange['apply']) => {
    things.get(inode)?.changes.push({ apply, length, durable: false });
  };

  for (const effect of effects.slice(0, calls)) {
    const { kind, inode, path } = effect;
    if (kind === 'create' || kind === 'mkdir') {
      const thing: Thing = { base: kind === 'mkdir' ? 'folder' : Buffer.alloc(0), changes: [] };
      things.set(inode, thing);
      if (kind === 'mkdir') folders.set(thing, path);
      rename(dirname(path), [], new Map([[path, thing]]));
    } else if (kind === 'write') {
      const { data, offset } = effect;
      changeOf(inode, data.length, (bytes, part) => overwrite(bytes, offset, data.subarray(0, part)));
    } else if (kind === 'truncate') {
      const { size } = effect;
      changeOf(inode, 0, (bytes) => resize(bytes, size));
    } else if (kind === 'rename' || kind === 'link') {
      const thing = paths.get(path);
      if (thing === undefined) throw new Error(`${path} was renamed and is not known`);
      if (thing.base === 'folder') throw new Error(`${path} is a folder, whose renaming the model does not know`);
      rename(dirname(effect.to), kind === 'rename' ? [path] : [], new Map([[effect.to, thing]]));
    } else if (kind === 'sync') {
      const thing = things.get(inode);
      if (thing === undefined) continue;
      for (const change of thing.changes) change.durable = true;
      const folder = folders.get(thing);
      if (folder !== undefined) for (const change of namesOf(folder).changes) change.durable = true;
    } else rename(dirname(path), [path], new Map());
  }
  return assemble(initial, names, variant, `${calls} ${variant.kind === 'some' ? variant.seed : ''}`);
}

function assemble(
  initial: ReadonlyMap<string, Thing>,
  names: ReadonlyMap<string, Names>,
  variant: Variant,
  seed: string,
): Files {
  const chance = randomFrom(seed);
  const left = new Map(initial);
  for (const { changes } of names.values()) {
    const durable = changes.findLastIndex((change) => change.durable) + 1;
    const kept = {
      all: changes.length,
      none: durable,
      'only names': changes.length,
      'only data': durable,
      some: durable + Math.floor(chance() * (changes.length - durable + 1)),
    }[variant.kind];
    for (const { removes, adds } of changes.slice(0, kept)) {
      for (const path of removes) left.delete(path);
      for (const [path, thing] of adds) left.set(path, thing);
    }
  }
  const partOf = ({ durable, length }: DataChange): number | undefined => {
    if (durable || variant.kind === 'all' || variant.kind === 'only data') return length;
    if (variant.kind !== 'some') return undefined;
    const luck = chance();
    if (luck < 0.4) return undefined;
    return luck < 0.8 ? length : Math.min(length, Math.floor((chance() * length) / sectorBytes) * sectorBytes);
  };
  const files = new Map<string, Buffer | 'folder'>();
  for (const [path, { base, changes }] of left) {
    // SQLite makes it anew, and nothing that matters is in it only.
    if (path.endsWith('-shm')) continue;
    if (base === 'folder') files.set(path, base);
    else
      files.set(
        path,
        changes.reduce((bytes, change) => withPart(bytes, change, partOf(change)), base),
      );
  }
  for (const path of [...files.keys()].sort()) if (!hasFolder(path, files, initial)) files.delete(path);
  return files;
}

/** What is in a folder that is not there is not there either. */
function hasFolder(path: string, files: Files, initial: ReadonlyMap<string, Thing>): boolean {
  const folder = dirname(path);
  // The root itself was there before, and above it nothing is known.
  return files.get(folder) === 'folder' || (initial.has(path) && !initial.has(folder));
}

function withPart(bytes: Buffer, change: DataChange, part: number | undefined): Buffer {
  return part === undefined ? bytes : change.apply(bytes, part);
}

function overwrite(bytes: Buffer, offset: number, data: Buffer): Buffer {
  const grown = resize(bytes, Math.max(bytes.length, offset + data.length));
  const changed = grown === bytes ? Buffer.from(bytes) : grown;
  data.copy(changed, offset);
  return changed;
}

function resize(bytes: Buffer, size: number): Buffer {
  if (size <= bytes.length) return size === bytes.length ? bytes : Buffer.from(bytes.subarray(0, size));
  const grown = Buffer.alloc(size);
  bytes.copy(grown);
  return grown;
}

/** Cuts the power at every call, in every way, and looks at each state that is like no other. */
export function cutEverywhere(stage: Stage, recorded: Recorded, progress: Progress): Promise<Outcome> {
  const different = statesOf(recorded);
  const at = (calls: number, variant: Variant) => `after ${calls} calls, ${JSON.stringify(variant)}`;
  return attackEach(
    different.keys(),
    async (index) => {
      const state = different[index];
      if (state === undefined) return;
      try {
        atContent(stage, recorded, state);
        await finish(stage);
      } catch (error) {
        if (error instanceof Broken) error.message = `${at(state.calls, state.variant)}: ${error.message}`;
        throw error;
      }
    },
    different.length,
    progress,
  );
}

/** @returns How many states it took to find a promise that is broken; undefined where none is. */
export async function firstBroken(stage: Stage, recorded: Recorded, progress: Progress): Promise<number | undefined> {
  const different = statesOf(recorded);
  let looked = 0;
  // What can be seen at once is looked at in all states before the next start, which takes a second, is tried in any.
  for (const look of [() => undefined, () => finish(stage)]) {
    for (const state of different) {
      progress(looked, 2 * different.length);
      looked += 1;
      try {
        atContent(stage, recorded, state);
        await look();
      } catch (error) {
        if (error instanceof Broken) return looked;
        throw error;
      }
    }
  }
  return undefined;
}

interface State {
  readonly calls: number;
  readonly variant: Variant;
}

/** One of each that is like no other. */
function statesOf(recorded: Recorded): State[] {
  const seen = new Set<string>();
  return Array.from({ length: recorded.effects.length + 1 }, (_, calls) => calls).flatMap((calls) =>
    variants.flatMap((variant) => {
      const hash = `${hashOf(stateAfter(recorded, calls, variant))} ${calls === recorded.effects.length}`;
      if (seen.has(hash)) return [];
      seen.add(hash);
      return [{ calls, variant }];
    }),
  );
}

/** Makes a state, and looks at what can be seen of it before the next start. */
function atContent(stage: Stage, recorded: Recorded, { calls, variant }: State): void {
  const files = stateAfter(recorded, calls, variant);
  restoreFiles(stage, files);
  keepLock(stage, recorded);
  const found = contentNow(stage.root);
  // Of a restore a power cut may leave a damaged file, and it is the next start that mends it.
  const content = isDamage(found) && isRestoring(stage) ? 'damaged' : wholly(stage, found);
  const isOver = calls === recorded.effects.length;
  must(!isOver || content === 'new', 'honest exit: what was reported as done is gone');
  const live = files.get(databaseOf(stage.root));
  const untouched = recorded.before.get(databaseOf(stage.root));
  const isTouched = live instanceof Buffer && untouched instanceof Buffer && !live.equals(untouched);
  if (stage.old !== stage.new && (content !== 'old' || isTouched)) requireWayBack(stage);
}

function isRestoring({ root }: Stage): boolean {
  const { runJournal } = layoutFor({ database: databaseOf(root) });
  return existsSync(runJournal) && readFileSync(runJournal, 'utf8').includes('"phase": "restoring"');
}

function restoreFiles(stage: Stage, files: Files): void {
  rmSync(stage.root, { recursive: true, force: true });
  for (const [path, content] of files) {
    if (content === 'folder') mkdirSync(path, { recursive: true });
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }
}

/** A power cut changes no inodes: the owner on record made the lock directory, which has another inode here. */
function keepLock({ root }: Stage, { effects }: Recorded): void {
  const layout = layoutFor({ database: databaseOf(root) });
  const made = effects.find(({ kind, path }) => kind === 'mkdir' && path === layout.visibleLock);
  if (made === undefined || !existsSync(layout.visibleLock) || !existsSync(layout.owner)) return;
  if (readFileSync(layout.owner, 'utf8').includes(`"${made.inode} born `)) adoptLock(layout);
}

function hashOf(files: Files): string {
  const hash = createHash('sha256');
  for (const [path, content] of [...files].sort(([one], [other]) => (one < other ? -1 : 1)))
    hash.update(`${path}\0${content.length}\0`).update(content);
  return hash.digest('hex');
}

export interface OurSync {
  readonly name: string;
  readonly path: RegExp;
}

/** The fsyncs that promises rest on, by what they are made on. */
export const ourOwnSyncs: readonly OurSync[] = [
  { name: 'the fsync of the run journal', path: /\/run\.json\.tmp$/ },
  { name: 'the fsync of the snapshot', path: /\.snapshots\/[^/]+\.tmp$/ },
  { name: "the fsync of the snapshot's manifest", path: /\.snapshots\/[^/]+\.json\.tmp$/ },
  { name: 'the fsync of the folder of snapshots', path: /\.snapshots$/ },
  { name: "the fsync of the database's journals and of itself", path: /\/app\.db(-journal|-wal)?$/ },
];

/** The same run, in which calls that make these files durable do nothing. */
export function forget(recorded: Recorded, path: RegExp): Recorded {
  const effects = recorded.effects.filter((effect) => effect.kind !== 'sync' || !path.test(effect.path));
  if (effects.length === recorded.effects.length)
    throw new Error(`the command makes nothing durable that is called ${path}`);
  return { ...recorded, effects };
}
