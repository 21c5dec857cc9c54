/** A directory that is nowhere: what it keeps is what the target puts at its door, and what is appended is flushed soon. */
import { doors } from '@p2p/fuzzing';
import type { EncodedOperation } from '@p2p/protocol';
import { emptyMark, emptyState, type ReplicaBase, type ReplicaEffect } from '@p2p/state';
import type { DirectoryToOpen, OpenedDirectory } from '../../src/storage/open-directory.js';

/** What lies at the door of a directory. */
export interface KeptInMemory {
  readonly incarnation: ReplicaBase['incarnation'];
  readonly operations: EncodedOperation[];
}

type Persist = Extract<ReplicaEffect, { kind: 'persist' }>;

export async function openDirectory({ directory }: DirectoryToOpen): Promise<OpenedDirectory> {
  const kept = doors.get(directory) as KeptInMemory;
  let flushed: (upTo: number) => void = () => undefined;
  let installed = 0;
  const disk = {
    onFlushed: (listener: (upTo: number) => void) => {
      flushed = listener;
    },
    persist: ({ operations, upTo }: Persist) => {
      kept.operations.push(...operations);
      const before = installed;
      // What was to be persisted before another base took its place is not flushed any more.
      setImmediate(() => {
        if (before === installed) flushed(upTo);
      });
    },
    fold: () => undefined,
    install: async () => {
      installed += 1;
    },
    close: async () => undefined,
  };
  const { incarnation, operations } = kept;
  const base: ReplicaBase = { incarnation, state: emptyState(), mark: emptyMark, tail: [...operations] };
  // A disk has private parts, which nobody here misses.
  return { ok: true, base, disk: disk as unknown as Extract<OpenedDirectory, { ok: true }>['disk'] };
}
