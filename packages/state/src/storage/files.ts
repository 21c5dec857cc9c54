/** The files of a data directory, what can be done to them, and who reads them. */
import type { ClusterId } from '@p2p/protocol';

/**
 * To be performed in the order given; the files of the journal and those of the folded state may be apart. What was
 * done survives a crash once a flush of that file has been performed after it, and not before.
 */
export type FileCommand =
  /** Creates the file where it is missing. */
  | { readonly kind: 'append'; readonly file: string; readonly bytes: Uint8Array }
  /** Content, and the directory's entry of a file that is new or gone. */
  | { readonly kind: 'flush'; readonly file: string }
  | { readonly kind: 'remove'; readonly file: string }
  /** Leaves the first so many bytes. */
  | { readonly kind: 'truncate'; readonly file: string; readonly bytes: number };

export interface DirectoryReader {
  /** Names of all files, ours or not. */
  list(): string[];
  /** The content from `offset` on, in chunks that are not reused. */
  read(file: string, offset?: number): Iterable<Uint8Array>;
  size(file: string): number;
}

/** Whose directory this has to be. */
export interface Expected {
  readonly cluster: ClusterId;
  readonly slot: number;
  /** Size of a journal's segment, and of changes that lead to a rewrite, if not the usual ones: for simulations. */
  readonly segmentBytes?: number;
  readonly rewriteBytes?: number;
}

export type FileRole = 'journal' | 'folded';

/** One of our files. A generation is the work of one incarnation; its journal has segments, its folded state versions. */
export interface FileName {
  readonly generation: number;
  readonly role: FileRole;
  /** Of the segment or the version, from 1. */
  readonly number: number;
}

export function fileNameOf({ generation, role, number }: FileName): string {
  return `${generation}.${role}.${number}.log`;
}

/** What a file's name says; undefined where it is none of ours. */
export function parseFileName(name: string): FileName | undefined {
  const match = /^([1-9]\d{0,14})\.(journal|folded)\.([1-9]\d{0,14})\.log$/.exec(name);
  if (match === null) return undefined;
  return { generation: Number(match[1]), role: match[2] as FileRole, number: Number(match[3]) };
}
