/** What records hold: at the beginning of each file whose it is, then operations or rows. MessagePack of plain values. */
import { type FoldMark, foldMark, type IncarnationId, pack, unpackOwn } from '@p2p/protocol';
import type { Expected, FileName } from './files.js';

/** Raised when files change so that an older program could misread them. */
export const STORAGE_FORMAT = 1;

/** A place in the journal of a generation. */
export interface JournalPosition {
  readonly segment: number;
  readonly offset: number;
  /** Records of the segment before it. */
  readonly records: number;
}

export interface FileHeader extends FileName, Pick<Expected, 'cluster' | 'slot'> {
  readonly kind: 'header';
  readonly format: number;
  readonly incarnation: IncarnationId;
  /** What was folded when the generation began: the audit begins there. */
  readonly base: FoldMark;
}

/** One group commit, each operation in its maker's bytes. */
export interface Batch {
  readonly kind: 'batch';
  readonly operations: readonly Uint8Array[];
}

/** Part of a folded state that is being written down. */
export interface Rows {
  readonly kind: 'rows';
  readonly rows: readonly Uint8Array[];
}

/**
 * With these rows, and all before, the file holds what is folded up to `mark`. The first such record makes the file
 * complete. Everything behind the mark lies in the journal at `tail` or later.
 */
export interface Folded {
  readonly kind: 'folded';
  readonly rows: readonly Uint8Array[];
  readonly mark: FoldMark;
  readonly tail: JournalPosition;
  /** Up to here at least the journal has been flushed: one that ends before has lost something. */
  readonly flushed: JournalPosition;
}

export type Content = FileHeader | Batch | Rows | Folded;

export function encodeContent(content: Content): Uint8Array {
  return pack(content);
}

/** What a record holds, or undefined where it is nothing of ours. Byte strings in it are views of `payload`. */
export function decodeContent(payload: Uint8Array): Content | undefined {
  const content = contentIn(payload);
  if (typeof content !== 'object' || content === null) return undefined;
  switch (content.kind) {
    case 'header':
      return isHeader(content) ? content : undefined;
    case 'batch':
      return isBytesList(content.operations) ? content : undefined;
    case 'rows':
      return isBytesList(content.rows) ? content : undefined;
    case 'folded':
      return isFolded(content) ? content : undefined;
    default:
      return undefined;
  }
}

function contentIn(payload: Uint8Array): Content | null | undefined {
  try {
    return unpackOwn(payload) as Content | null;
  } catch {
    // The checksum is right and the content is not: whatever wrote this was not this program.
    return undefined;
  }
}

/** A header of a newer format counts as one, whatever else is in it. */
function isHeader({ format, base }: FileHeader): boolean {
  return Number.isInteger(format) && (format > STORAGE_FORMAT || foldMark.safeParse(base).success);
}

function isFolded({ rows, mark, tail, flushed }: Folded): boolean {
  return isBytesList(rows) && foldMark.safeParse(mark).success && isPosition(tail) && isPosition(flushed);
}

function isPosition(position: Partial<JournalPosition> | undefined): boolean {
  return [position?.segment, position?.offset, position?.records].every((number) => Number.isSafeInteger(number));
}

export function comparePositions(a: JournalPosition, b: JournalPosition): number {
  return a.segment - b.segment || a.offset - b.offset;
}

function isBytesList(list: unknown): boolean {
  return Array.isArray(list) && list.every((item) => item instanceof Uint8Array);
}
