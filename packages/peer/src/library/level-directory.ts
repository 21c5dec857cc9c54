/**
 * The embedded store (LevelDB) in a directory of its own: opened, repaired where that is needed, read once as a whole,
 * and kept from other users of the machine. What LevelDB passes over in silence is asked of its log.
 */
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { isSystemError } from '../data-directory/system-files.js';

export type Level = ClassicLevel<string, Uint8Array>;

/** All keys and values that could be read. */
export interface ReadLevel {
  readonly values: ReadonlyMap<string, Uint8Array>;
  /** Whether the store says itself that something is missing. */
  readonly damaged: boolean;
}

/** LevelDB's own diary of the present run. */
const DIARY = 'LOG';

/** What the system says where the files may well be sound, and the place is not. */
const refusedByTheSystem =
  /no space left|permission denied|read-only|too many open files|quota|input\/output error|lock /i;

/** The files can't be used now, for a reason that has nothing to do with what is in them. */
export class UnusableStoreError extends Error {}

/**
 * Opens the store, and makes it where there is none. `repaired`: it could not be opened as it was. Rejects with an
 * {@link UnusableStoreError} where the system refuses, else where even a repair is in vain.
 */
export async function openLevel(directory: string): Promise<{ readonly level: Level; readonly repaired: boolean }> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return { level: await open(directory), repaired: false };
  } catch (error) {
    const words = wordsOf(error);
    if (isSystemError(error) || refusedByTheSystem.test(words)) throw new UnusableStoreError(words);
    await ClassicLevel.repair(directory);
    return { level: await open(directory), repaired: true };
  }
}

/** What LevelDB says stands behind what its wrapper says. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

async function open(directory: string): Promise<Level> {
  const level: Level = new ClassicLevel(directory, { keyEncoding: 'utf8', valueEncoding: 'view' });
  try {
    await level.open();
    await makePrivate(directory);
    return level;
  } catch (error) {
    await level.close().catch(() => undefined);
    throw error;
  }
}

/** Reads everything that can be read. */
export async function readLevel(level: Level): Promise<ReadLevel> {
  const values = new Map<string, Uint8Array>();
  try {
    for await (const [key, value] of level.iterator()) values.set(key, value.slice());
  } catch {
    return { values, damaged: true };
  }
  return { values, damaged: await hasDropped(level.location) };
}

/** Whether LevelDB has left out something that it could not read, when it was opened. */
async function hasDropped(directory: string): Promise<boolean> {
  const diary = await readFile(join(directory, DIARY), 'latin1').catch(() => '');
  return /dropping \d+ bytes|[Cc]orruption/.test(diary);
}

/**
 * LevelDB makes its files as the process makes all files; nobody else can reach them, and nobody else shall read them.
 * `isPrivate`: names of those that are so already, to which the others are added. A number is used for one file only;
 * what has no number in its name may be another file each time.
 */
export async function makePrivate(directory: string, isPrivate = new Set<string>()): Promise<void> {
  if (!isPrivate.has('.')) await chmod(directory, 0o700);
  isPrivate.add('.');
  for (const name of await readdir(directory)) {
    if (isPrivate.has(name)) continue;
    try {
      await chmod(join(directory, name), 0o600);
      if (/[0-9]/.test(name) || name === DIARY || name === 'LOCK') isPrivate.add(name);
    } catch (error) {
      // LevelDB may have put it away meanwhile.
      if (!isSystemError(error)) throw error;
    }
  }
}
