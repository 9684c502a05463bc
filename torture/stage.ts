/** A scene that is set once and then as often as it is needed, always in the same folder: manifests name it. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, messageOf } from '../src/errors.ts';
import { layoutFor } from '../src/files/layout.ts';
import { asLeft, dumpWithVersion, integrity } from '../test/harness/dump.ts';
import type { JournalMode } from '../test/harness/files.ts';
import { must } from './broken.ts';
import { type Ended, type Fault, runCommand } from './runs.ts';
import { databaseOf, mustEnd, type Scene } from './scenes.ts';
import { adoptLock, isOurs, stateOf } from './state.ts';

export interface Stage {
  readonly scene: Scene;
  readonly root: string;
  readonly command: readonly string[];
  /** Content with alembic_version, before the command and after it. */
  readonly old: string;
  readonly new: string;
  /** How many calls the command makes where nobody disturbs it. */
  readonly calls: number;
  /** Sets it again. */
  reset(): void;
  /** States from which a next start came through: see {@link finish}. */
  readonly finished: Set<string>;
}

/** Where stages are set: in memory, where there is room for it, since a kill loses nothing that a disk would keep. */
export const stageFolder = process.env['TORTURE_FOLDER'] ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());

/** Sets a scene, and removes everything when the work on it is done. */
export async function onStage<T>(scene: Scene, mode: JournalMode, work: (stage: Stage) => Promise<T>): Promise<T> {
  const place = realpathSync(mkdtempSync(join(stageFolder, 'drydock-torture-')));
  try {
    return await work(await setStage(scene, mode, place));
  } finally {
    rmSync(place, { recursive: true });
  }
}

async function setStage(scene: Scene, mode: JournalMode, place: string): Promise<Stage> {
  const root = join(place, 'stage');
  const template = join(place, 'template');
  await scene.prepare(root, mode);
  const layout = layoutFor({ database: databaseOf(root) });
  const hasOwnLock = isOurs(layout);
  cpSync(root, template, { recursive: true });
  const reset = () => {
    rmSync(root, { recursive: true, force: true });
    cpSync(template, root, { recursive: true });
    if (hasOwnLock) adoptLock(layout);
  };
  const command = scene.command(root);
  const old = contentNow(root);
  const undisturbed = await runCommand(root, command);
  mustEnd(undisturbed);
  const after = dumpWithVersion(databaseOf(root));
  reset();
  return { scene, root, command, old, new: after, calls: undisturbed.calls, reset, finished: new Set() };
}

/** Sets the stage again and has the command run into a fault. */
export async function play(stage: Stage, fault: Fault): Promise<Ended> {
  stage.reset();
  return runCommand(stage.root, stage.command, { fault });
}

/** What a connection would see that opened the database now. */
export function contentNow(root: string): string {
  return asLeft(databaseOf(root), contentOf);
}

/** A file that cannot be read, or is damaged, has a content of its own. */
function contentOf(path: string): string {
  try {
    const found = integrity(path);
    return found === 'ok' ? dumpWithVersion(path) : `damaged: ${found}`;
  } catch (error) {
    if (!codeOf(error).startsWith('SQLITE_')) throw error;
    return `unreadable: ${messageOf(error)}`;
  }
}

export function isDamage(content: string): boolean {
  return /^(?:damaged|unreadable): /.test(content);
}

/** All or nothing: the content is wholly the old or wholly the new. @returns Which. */
export function wholly(stage: Stage, found: string): 'old' | 'new' {
  must(
    found === stage.old || found === stage.new,
    `all or nothing: the content is neither the old nor the new (${found.slice(0, 80)})`,
  );
  return found === stage.new ? 'new' : 'old';
}

/** A proven way back: where the content is another one, a snapshot has the old. */
export function requireWayBack(stage: Stage): void {
  const { snapshots, work } = layoutFor({ database: databaseOf(stage.root) });
  const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  const found = namesIn(snapshots)
    .map((name) => join(snapshots, name))
    .filter((path) => path.endsWith('.db') && hasManifest(path))
    // What an exchange moved aside.
    .concat(namesIn(work).flatMap((name) => (name.startsWith('damaged-') ? join(work, name, 'app.db') : [])))
    .some((path) => contentOf(path) === stage.old);
  must(found, 'a proven way back: no snapshot has the old content');
}

/** A snapshot whose manifest is missing, cut short or of another file is none. */
function hasManifest(path: string): boolean {
  const manifest = path.replace(/db$/, 'json');
  if (!existsSync(manifest)) return false;
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  return readFileSync(manifest, 'utf8').includes(sha256);
}

/**
 * The next start finishes what was interrupted, and leaves nothing behind. It is tried from every state that is unlike
 * those from which it was seen to come through.
 */
export async function finish(stage: Stage): Promise<'tried' | 'known'> {
  const state = stateOf(databaseOf(stage.root), contentNow(stage.root));
  if (stage.finished.has(state)) return 'known';
  await startAgain(stage);
  stage.finished.add(state);
  return 'tried';
}

/** The same, whatever was seen before: where processes of the run may still live, a state is not in the files only. */
export async function startAgain(stage: Stage): Promise<void> {
  const { scene, root } = stage;
  // A run that had not begun, or was over, is nobody's to finish: a lock for people may stay, and a journal that is not hot.
  const mayBeLeft = existsSync(`${databaseOf(root)}.drydock/run.json`) ? [] : ['.lock', '-journal'];
  const ended = await runCommand(root, scene.next ?? stage.command);
  must(ended.code === 0, `the next start ended with ${ended.code ?? ended.signal}: ${ended.stderr}`);
  requireFinished(stage, mayBeLeft);
}

export function requireFinished(stage: Stage, mayBeLeft: readonly string[] = []): void {
  const { scene, root } = stage;
  const database = databaseOf(root);
  const content = wholly(stage, contentOf(database));
  must(scene.endsAt !== 'new' || content === 'new', 'the next start did not bring it to its end');
  for (const left of ['-journal', '.lock', '.drydock/run.json', '.drydock/working-copy.db'])
    must(mayBeLeft.includes(left) || !existsSync(`${database}${left}`), `the next start left ${left}`);
  if (stage.old !== stage.new && content === 'new') requireWayBack(stage);
}
