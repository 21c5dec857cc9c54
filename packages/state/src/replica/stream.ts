/**
 * What goes out over one link, as far as there is room: the folded state where the other side has to begin anew with it;
 * then the operations it lacks, in the order in which they came here and never before they are flushed; then what it
 * has not been told of who has flushed what.
 */
import { type IncarnationId, SNAPSHOT_SLICE_ROWS, SYNC_BATCH_BYTES, type Vector } from '@p2p/protocol';
import { encodeRows } from '../rows.js';
import type { Finality } from './finality.js';
import type { ReplicatedMessage } from './interface.js';
import type { Ledger } from './ledger.js';
import type { Link } from './links.js';
import { seqIn } from './vectors.js';

interface Source {
  readonly ledger: Ledger;
  readonly finality: Finality;
  readonly own: IncarnationId;
}

/** `isBulk`: the link is busy now. */
type Send = (message: ReplicatedMessage, isBulk: boolean) => void;

export function stream(link: Link, source: Source, send: Send): void {
  if (link.peer === undefined || link.taking !== undefined || link.ended) return;
  if (link.giving !== undefined) streamSnapshot(link, source, send);
  else if (streamOperations(link, source, send)) {
    // The first one says that this is all. It is sent whatever the other side has heard of it from others.
    if (!link.level) link.told.delete(source.own);
    link.level = true;
    streamVectors(link, source, send);
  }
}

/** A slice of rows at a time; then all operations behind them, and the end. */
function streamSnapshot(link: Link, source: Source, send: Send): void {
  if (link.busy || link.giving === undefined) return;
  const rows = link.rowsSent ? undefined : link.giving.next(SNAPSHOT_SLICE_ROWS);
  if (rows !== undefined) {
    link.busy = true;
    return send({ type: 'snapshot', rows: encodeRows(rows) }, true);
  }
  if (!link.rowsSent) {
    // An empty one: it has to be clear from the first message what is coming.
    send({ type: 'snapshot', rows: encodeRows([]) }, false);
    link.rowsSent = true;
    link.cursor = source.ledger.arrivalsStart;
    for (const incarnation of Object.keys(link.known)) delete link.known[incarnation as IncarnationId];
    Object.assign(link.known, link.giving.mark.vector);
  }
  if (!streamOperations(link, source, send) || source.ledger.flushedEnd < link.givingUntil) return;
  send({ type: 'snapshot_end', mark: link.giving.mark, clock: source.ledger.clock }, false);
  link.ended = true;
}

/** Whether all that is flushed has been sent. */
function streamOperations(link: Link, { ledger }: Source, send: Send): boolean {
  const batch: Uint8Array[] = [];
  let batchBytes = 0;
  if (link.busy) return false;
  link.cursor = Math.max(link.cursor, ledger.arrivalsStart);
  while (link.cursor < ledger.flushedEnd && batchBytes < SYNC_BATCH_BYTES) {
    const arrival = ledger.arrivalAt(link.cursor);
    link.cursor += 1;
    if (arrival === undefined) continue;
    const { stamp, seq } = arrival.operation;
    if (seqIn(link.known, stamp.incarnation) >= seq) continue;
    link.known[stamp.incarnation] = seq;
    batch.push(arrival.bytes);
    batchBytes += arrival.bytes.length;
  }
  link.busy = batchBytes >= SYNC_BATCH_BYTES;
  if (batch.length > 0) send({ type: 'sync', operations: batch }, link.busy);
  return !link.busy;
}

function streamVectors(link: Link, { ledger, finality, own }: Source, send: Send): void {
  const flushed: Record<IncarnationId, Vector> = {};
  let isNew = false;
  for (const incarnation of new Set([own, ...finality.incarnations])) {
    const version = finality.versionOf(incarnation);
    if (version === 0 || (link.told.get(incarnation) ?? 0) >= version) continue;
    link.told.set(incarnation, version);
    flushed[incarnation] = { ...finality.flushedBy(incarnation) };
    isNew = true;
  }
  if (isNew) sendVectors(link, ledger, { flushed, send });
}

/** Says how far the final operations go, unless the other side knows. */
export function tellFinal(link: Link, ledger: Ledger, send: Send): void {
  if (link.level && link.toldFinal !== ledger.timeline.final.count) sendVectors(link, ledger, { flushed: {}, send });
}

function sendVectors(link: Link, { timeline }: Ledger, what: { flushed: Record<IncarnationId, Vector>; send: Send }) {
  const { count, digest } = timeline.final;
  link.toldFinal = count;
  what.send({ type: 'vec', flushed: what.flushed, final: { count, digest } }, false);
}
