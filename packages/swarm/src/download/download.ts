/**
 * The downloading side of a swarm as a pure step: events in; offers, credits and bans out. It names no piece to be sent
 * next: every peer may choose from all that is missing, and chooses when it can send. What is decided here is what to
 * offer: a piece that somebody sends is taken out of what the others may choose from, and put back where that one
 * leaves, or stalls; when nothing else is left, it is offered as a spare one, so that nobody holds up the end.
 */
import { MAX_GIVEN_UP_PIECES, MAX_SENDERS_PER_PIECE, MAX_UNWANTED_PIECES, STALL_AFTER_MS } from '@p2p/protocol';
import { Bitfield, type ReadonlyBitfield } from '../bitfield.js';
import { isPieceOf, type PieceGeometry, pieceRange } from '../content/pieces.js';
import type {
  BanReason,
  Download,
  DownloadEffect,
  DownloadEvent,
  DownloadOptions,
  HeldRun,
  PeerId,
} from './download-events.js';
import { Holders } from './holders.js';
import { Offers } from './offers.js';
import { type DownloadReport, missingOf, reportOf } from './report.js';
import { type Sender, Senders } from './senders.js';

export function createDownload(options: DownloadOptions): Download {
  return new OfferingDownload(options);
}

type DownloadEventOf<Kind extends DownloadEvent['kind']> = Extract<DownloadEvent, { readonly kind: Kind }>;

class OfferingDownload implements Download {
  readonly verified: Bitfield;
  verifiedBytes = 0;
  readonly #geometry: PieceGeometry;
  readonly #stallAfterMs: number;
  readonly #offers: Offers;
  readonly #holders: Holders;
  readonly #senders: Senders;
  readonly #bans = new Map<PeerId, BanReason>();
  readonly #sources = new Map<PeerId, number>();
  #nowMs: number;
  #effects: DownloadEffect[] = [];

  constructor(options: DownloadOptions) {
    const { geometry, verified } = options;
    const { pieceCount } = geometry;
    this.#geometry = geometry;
    this.#nowMs = options.nowMs;
    this.#stallAfterMs = options.stallAfterMs ?? STALL_AFTER_MS;
    this.verified = copyOf(verified ?? new Bitfield(pieceCount), pieceCount);
    const missing = Bitfield.full(pieceCount);
    for (const piece of this.verified) {
      this.verifiedBytes += this.#bytesOf(piece);
      missing.delete(piece);
    }
    this.#holders = new Holders(missing, options.random, (piece, peers) => this.#offers.move(piece, peers));
    for (const held of options.lastHad ?? []) this.#holders.remember(held);
    this.#offers = new Offers(missing, (peer, piece) => this.#holders.isFirstChoice(peer, piece));
    this.#senders = new Senders(geometry.pieceLength);
  }

  get isComplete(): boolean {
    return this.verified.isFull;
  }

  step(event: DownloadEvent): readonly DownloadEffect[] {
    this.#effects = [];
    const wasComplete = this.isComplete;
    this.#take(event);
    if (!this.isComplete && this.#isEndGame(event)) this.#offerSpares();
    for (const [peer, change] of this.#offers.takeNews()) this.#effects.push({ kind: 'offer', peer, ...change });
    if (this.isComplete && !wasComplete) this.#effects.push({ kind: 'complete' });
    return this.#effects;
  }

  collects(peer: PeerId, piece: number): boolean {
    return this.#senders.get(peer)?.claims.has(piece) === true;
  }

  report(): DownloadReport {
    return {
      missing: missingOf(this.#offers.free, this.#holders),
      peers: [...this.#senders].map((sender) => reportOf(sender, this.#holders.piecesOf(sender.id), this.#nowMs)),
      bans: [...this.#bans].map(([peer, reason]) => ({ peer, reason })),
      sources: [...this.#sources].map(([peer, bytes]) => ({ peer, bytes })),
    };
  }

  lastHad(maxRuns: number): readonly HeldRun[] {
    return this.#holders.seen(maxRuns);
  }

  #take(event: DownloadEvent): void {
    switch (event.kind) {
      case 'peer_opened':
        return this.#openPeer(event.peer, event.pieces);
      case 'peer_has':
        return this.#addPieces(event.peer, event.pieces);
      case 'peer_gone':
        return this.#forgetPeer(event.peer);
      case 'block_received':
        return this.#receive(event);
      case 'piece_verified':
        return this.#keepPiece(event.peer, event.piece);
      case 'piece_failed':
        return this.#ban(event.peer, 'wrong_piece');
      case 'tick':
        return this.#passTime(event.nowMs);
    }
  }

  #openPeer(id: PeerId, pieces: 'all' | Bitfield): void {
    this.#forgetPeer(id);
    if (this.#bans.has(id)) return;
    this.#holders.add(id, pieces === 'all' ? pieces : copyOf(pieces, this.#geometry.pieceCount));
    const sender = this.#senders.add(id, this.#nowMs);
    this.#effects.push({ kind: 'credit', peer: id, received: 0, credit: sender.window.bytes });
    this.#effects.push({ kind: 'offer', peer: id, ...this.#offers.addPeer(id) });
  }

  #addPieces(id: PeerId, pieces: readonly number[]): void {
    if (this.#senders.get(id) === undefined) return;
    for (const piece of pieces) {
      if (!isPieceOf(piece, this.#geometry)) return this.#ban(id, 'no_such_piece');
      this.#holders.addPiece(id, piece);
    }
  }

  #forgetPeer(id: PeerId): void {
    const sender = this.#senders.get(id);
    if (sender === undefined) return;
    this.#senders.delete(id);
    this.#holders.remove(id);
    this.#offers.removePeer(id);
    for (const piece of [...sender.claims]) this.#release(sender, piece);
  }

  #ban(id: PeerId, reason: BanReason): void {
    if (this.#bans.has(id)) return;
    this.#forgetPeer(id);
    this.#bans.set(id, reason);
    this.#effects.push({ kind: 'ban', peer: id, reason });
  }

  #receive({ peer: id, piece, bytes, again }: DownloadEventOf<'block_received'>): void {
    const sender = this.#senders.get(id);
    if (sender === undefined) return;
    if (!isPieceOf(piece, this.#geometry)) return this.#ban(id, 'no_such_piece');
    const isBegun = sender.reception?.piece === piece && again !== true;
    if (!isBegun && !this.#begin(sender, piece)) return;
    this.#hear(sender, bytes);
    const reception = sender.reception;
    if (reception === undefined) return;
    reception.received += bytes;
    if (!sender.claims.has(piece)) sender.wasted += bytes;
    if (reception.received >= this.#bytesOf(piece)) this.#endReception(sender, piece);
    const credit = sender.received + sender.window.bytes;
    this.#effects.push({ kind: 'credit', peer: id, received: sender.received, credit });
  }

  /** Whole: what comes next begins another piece, or the same one again. */
  #endReception(sender: Sender, piece: number): void {
    sender.reception = undefined;
    if (sender.claims.has(piece) || this.verified.has(piece)) return;
    // Of no use when it began, and missed since: what was said of it meanwhile was taken to be this copy's.
    if (this.#offers.free.has(piece) || this.#offers.isOvertaking(piece)) this.#offers.repeat(piece, sender.id);
  }

  /** A peer's first bytes of a piece. False where it is not a peer any more. */
  #begin(sender: Sender, piece: number): boolean {
    const former = sender.reception;
    sender.reception = { piece, received: 0 };
    if (former !== undefined && sender.claims.has(former.piece)) {
      sender.stalled = false;
      this.#release(sender, former.piece);
      sender.givenUp++;
      if (sender.givenUp > MAX_GIVEN_UP_PIECES) {
        this.#ban(sender.id, 'gives_up');
        return false;
      }
    }
    if (this.#isOfUse(sender, piece)) {
      sender.unwanted = 0;
      this.#senders.claim(sender, piece);
      this.#reoffer(piece);
      return true;
    }
    // It has crossed with what took it back; said once more, since it may have been offered again in between.
    this.#offers.withdraw(piece, sender.id);
    sender.unwanted++;
    if (sender.unwanted > MAX_UNWANTED_PIECES) this.#ban(sender.id, 'not_offered');
    return !this.#bans.has(sender.id);
  }

  /** Somebody else's copy is as good, unless it doesn't come, or there is nothing better to do than to overtake it. */
  #isOfUse(sender: Sender, piece: number): boolean {
    if (this.verified.has(piece) || sender.claims.has(piece)) return false;
    const senders = this.#senders.of(piece);
    if (senders.size === 0 || !this.#senders.isComing(piece)) return true;
    return this.#offers.isOvertaking(piece) && senders.size < MAX_SENDERS_PER_PIECE;
  }

  #hear(sender: Sender, bytes: number): void {
    sender.received += bytes;
    sender.heardMs = this.#nowMs;
    sender.rate.add(bytes);
    sender.window.add(bytes, this.#nowMs);
    if (!sender.stalled) return;
    sender.stalled = false;
    if (sender.reception !== undefined) this.#reoffer(sender.reception.piece);
  }

  #keepPiece(id: PeerId, piece: number): void {
    if (!this.verified.add(piece)) return;
    this.#holders.drop(piece);
    const bytes = this.#bytesOf(piece);
    this.verifiedBytes += bytes;
    this.#sources.set(id, (this.#sources.get(id) ?? 0) + bytes);
    const senders = new Set(this.#senders.of(piece));
    this.#offers.set(piece, 'none', senders);
    for (const other of senders) {
      const sender = this.#senders.get(other);
      if (sender === undefined) continue;
      this.#senders.release(sender, piece);
      if (other !== id) this.#offers.withdraw(piece, other);
    }
    this.#effects.push({ kind: 'have', piece });
  }

  /** This peer does not send this piece any more. */
  #release(sender: Sender, piece: number): void {
    this.#senders.release(sender, piece);
    if (!this.verified.has(piece)) this.#reoffer(piece);
    // It has given the piece up of itself: it may still take another turn at it.
    if (this.#offers.free.has(piece)) this.#offers.repeat(piece, sender.id);
  }

  /** Offers a missing piece as it is to be by now: somebody sends it, or not. */
  #reoffer(piece: number): void {
    if (this.verified.has(piece)) return;
    const senders = this.#senders.of(piece);
    if (!this.#senders.isComing(piece)) return this.#offers.set(piece, 'free', senders);
    const mayOvertake = this.#offers.isOvertaking(piece) && senders.size < MAX_SENDERS_PER_PIECE;
    if (!mayOvertake) this.#offers.set(piece, 'none', senders);
  }

  #passTime(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#holders.settle();
    for (const sender of this.#senders) {
      sender.rate.read(nowMs);
      const piece = sender.reception?.piece;
      if (piece === undefined || sender.stalled || !sender.claims.has(piece)) continue;
      if (nowMs - sender.heardMs < this.#stallAfterMs) continue;
      sender.stalled = true;
      sender.stalls++;
      this.#reoffer(piece);
    }
  }

  /**
   * Nothing is left that a peer has and nobody sends. With the last wanted piece this is plain; where some are left
   * that nobody has, it is looked for only when time passes.
   */
  #isEndGame(event: DownloadEvent): boolean {
    if (this.#offers.free.count === 0) return true;
    if (event.kind !== 'tick') return false;
    for (const piece of this.#offers.free) if (this.#holders.has(piece)) return false;
    return true;
  }

  #offerSpares(): void {
    for (const piece of this.#senders.claimed()) {
      const senders = this.#senders.of(piece);
      const isWhole = [...senders].some((id) => this.#senders.get(id)?.reception?.piece !== piece);
      if (!isWhole && senders.size < MAX_SENDERS_PER_PIECE && this.#senders.isComing(piece)) {
        this.#offers.set(piece, 'overtaking', senders);
      }
    }
  }

  #bytesOf(piece: number): number {
    const { start, end } = pieceRange(piece, this.#geometry);
    return end - start;
  }
}

function copyOf(field: ReadonlyBitfield, pieceCount: number): Bitfield {
  if (field.size !== pieceCount) throw new RangeError(`a bitfield of ${field.size} for ${pieceCount} pieces`);
  return field.clone();
}
