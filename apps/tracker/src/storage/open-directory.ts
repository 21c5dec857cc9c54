/** Opens a tracker's data directory: what it keeps, read back, and the disk that goes on with it. */
import { join } from 'node:path';
import { type Expected, emptyMark, emptyState, type FileCommand, type ReplicaBase, recover } from '@p2p/state';
import { Disk } from './disk.js';
import { diskFaultLine } from './disk-words.js';
import { fileDirectory } from './file-directory.js';
import { FilePerformer } from './file-performer.js';

export interface DirectoryToOpen {
  /** It exists, and no other process works in it. */
  readonly directory: string;
  readonly expected: Expected;
  /** For a directory that keeps nothing yet. */
  readonly freshIncarnation: () => ReplicaBase['incarnation'];
  /** Told when the disk has let us down after it was opened: a line that says what is wrong and what to do. */
  readonly failed: (line: string) => void;
}

export type OpenedDirectory =
  | { readonly ok: true; readonly base: ReplicaBase; readonly disk: Disk }
  /** A line for the operator. */
  | { readonly ok: false; readonly message: string };

export async function openDirectory(options: DirectoryToOpen): Promise<OpenedDirectory> {
  const { directory, expected, freshIncarnation, failed } = options;
  const files = new FilePerformer(directory);
  try {
    const recovery = recover(fileDirectory(directory), expected);
    if (recovery.kind === 'unusable') return { ok: false, message: join(directory, recovery.message) };
    const { store } = recovery;
    const base = recovery.kind === 'empty' ? newBase(freshIncarnation()) : recovery.base;
    await performAll(files, recovery.kind === 'empty' ? store.install(base) : recovery.commands);
    return { ok: true, base, disk: new Disk({ store, files, failed }) };
  } catch (error) {
    await files.close();
    return { ok: false, message: diskFaultLine(error) };
  }
}

async function performAll(files: FilePerformer, commands: Iterable<FileCommand>): Promise<void> {
  for (const command of commands) await files.perform(command);
}

function newBase(incarnation: ReplicaBase['incarnation']): ReplicaBase {
  return { incarnation, state: emptyState(), mark: emptyMark, tail: [] };
}
