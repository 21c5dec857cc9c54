/**
 * The journal of a generation: group commits in segments. It remembers, roughly, where the first operation lies that is
 * not folded, so that a start need not read what comes before.
 */
import {
  type EncodedOperation,
  type IncarnationId,
  JOURNAL_SEGMENT_BYTES,
  JOURNAL_STRIDE_BYTES,
  type Vector,
} from '@p2p/protocol';
import { covers, type GrowingVector, seqIn } from '../replica/vectors.js';
import { SlidingList } from '../sliding-list.js';
import type { FileHeader, Folded, JournalPosition } from './contents.js';
import type { FileCommand } from './files.js';
import { beginLog, type LogWriter } from './log-writer.js';

/** A stretch of the journal that begins at `position`, and what has to be folded before nobody needs it. */
interface Stretch {
  readonly position: JournalPosition;
  readonly highest: GrowingVector;
}

export class Journal {
  readonly #headerOf: (segment: number) => FileHeader;
  readonly #segmentBytes: number;
  readonly #stretches = new SlidingList<Stretch>();
  #segment = 1;
  #log: LogWriter | undefined;
  /** Where what was there before the last group commit ends, and the first of each incarnation in that. What comes before is flushed. */
  #last: { readonly position: JournalPosition; readonly first: Vector } | undefined;

  /** Either {@link begin} or {@link resume} comes first. */
  constructor(headerOf: (segment: number) => FileHeader, segmentBytes = JOURNAL_SEGMENT_BYTES) {
    this.#headerOf = headerOf;
    this.#segmentBytes = segmentBytes;
  }

  /** Goes on in a segment that is there. What lies in the journal and is not folded has been noted. */
  resume(segment: number, log: LogWriter): void {
    this.#segment = segment;
    this.#log = log;
  }

  /** Begins the first segment. */
  *begin(): Generator<FileCommand> {
    const { log, begun } = beginLog(this.#headerOf(this.#segment));
    this.#log = log;
    yield begun;
    yield log.flush();
  }

  /** One group commit, to be asked for when the one before is on the disk. It is one record, so that of several none can be missing between two that are there. */
  *append(operations: readonly EncodedOperation[]): Generator<FileCommand> {
    // Before a segment that it begins: until it is flushed, that may not be there after a crash.
    const position = this.#end;
    yield* this.#nextSegmentIfDue();
    const log = this.#openLog();
    this.#last = { position, first: firstOf(operations) };
    this.note(position, operations);
    yield log.append({ kind: 'batch', operations: operations.map(({ bytes }) => bytes) });
    yield log.flush();
  }

  /** These operations lie at `position`, or behind it and before what is noted next. */
  note(position: JournalPosition, operations: Iterable<EncodedOperation>): void {
    let stretch = this.#stretches.at(this.#stretches.end - 1);
    if (stretch === undefined || !isWithinStride(stretch.position, position)) {
      stretch = { position, highest: {} };
      this.#stretches.push(stretch);
    }
    for (const { operation } of operations) stretch.highest[operation.stamp.incarnation] = operation.seq;
  }

  /**
   * What the folded state has to know of the journal: from where on it has to be read by who has all that `folded` says,
   * which may not become less, and up to where it is certain to be flushed.
   */
  behind(folded: Vector): Pick<Folded, 'tail' | 'flushed'> {
    let at = this.#stretches.start;
    while (at < this.#stretches.end && covers(folded, this.#stretches.at(at)?.highest ?? {})) at += 1;
    this.#stretches.forgetBefore(at);
    return { tail: this.#stretches.at(at)?.position ?? this.#end, flushed: this.#flushedEnd(folded) };
  }

  /** Only what is flushed is ever folded. */
  #flushedEnd(folded: Vector): JournalPosition {
    if (this.#last === undefined) return this.#end;
    const { position, first } = this.#last;
    const isFlushed = (Object.keys(first) as IncarnationId[]).some((key) => seqIn(folded, key) >= seqIn(first, key));
    return isFlushed ? this.#end : position;
  }

  get #end(): JournalPosition {
    const { bytes, records } = this.#openLog();
    return { segment: this.#segment, offset: bytes, records };
  }

  *#nextSegmentIfDue(): Generator<FileCommand> {
    if (this.#openLog().bytes < this.#segmentBytes) return;
    this.#segment += 1;
    yield* this.begin();
  }

  #openLog(): LogWriter {
    if (this.#log === undefined) throw new Error('the journal has not begun');
    return this.#log;
  }
}

function firstOf(operations: readonly EncodedOperation[]): Vector {
  const first: GrowingVector = {};
  for (const { operation } of operations) first[operation.stamp.incarnation] ??= operation.seq;
  return first;
}

function isWithinStride(a: JournalPosition, b: JournalPosition): boolean {
  return a.segment === b.segment && b.offset - a.offset < JOURNAL_STRIDE_BYTES;
}

/** About what an operation takes in a record. */
function journalBytesOf({ bytes }: EncodedOperation): number {
  return bytes.length + 5;
}

/** Operations in lists that each fit one group commit. */
export function* groupCommits(operations: Iterable<EncodedOperation>, limit: number): Generator<EncodedOperation[]> {
  let commit: EncodedOperation[] = [];
  let bytes = 0;
  for (const encoded of operations) {
    if (bytes >= limit) {
      yield commit;
      commit = [];
      bytes = 0;
    }
    commit.push(encoded);
    bytes += journalBytesOf(encoded);
  }
  if (commit.length > 0) yield commit;
}
