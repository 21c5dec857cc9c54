/**
 * What the peers may choose from. A missing piece that nobody sends is offered to all: to one of those that have it, its
 * first choice, as an ordinary one, and to the others as a spare one, so that two who are busy don't both begin it and
 * whoever is idle may. A piece that is being sent is offered to nobody, or, near the end, to all as a spare one. What a
 * peer has not been told yet is gathered here.
 */
import { Bitfield } from '../bitfield.js';
import { type Run, runsOf } from '../runs.js';
import type { PeerId } from './download-events.js';

/** What a piece is to the peers: free to be sent, worth overtaking who sends it, or of no use. */
export type Standing = 'free' | 'overtaking' | 'none';
/** What it is to one of them. */
type Offering = 'add' | 'spare' | 'remove';

export interface OfferChange {
  readonly add: readonly Run[];
  readonly spare: readonly Run[];
  readonly remove: readonly Run[];
}

type News = Map<number, Offering>;

export class Offers {
  readonly #free: Bitfield;
  readonly #overtaking: Bitfield;
  readonly #isFirstChoice: (peer: PeerId, piece: number) => boolean;
  readonly #news = new Map<PeerId, News>();
  /** Peers that have something to be told. */
  readonly #untold = new Set<PeerId>();

  /** `missing`: the pieces to begin with, free all of them; taken as its own. */
  constructor(missing: Bitfield, isFirstChoice: (peer: PeerId, piece: number) => boolean) {
    this.#free = missing;
    this.#overtaking = new Bitfield(missing.size);
    this.#isFirstChoice = isFirstChoice;
  }

  /** Pieces that nobody sends. */
  get free(): Omit<Bitfield, 'add' | 'delete'> {
    return this.#free;
  }

  isOvertaking(piece: number): boolean {
    return this.#overtaking.has(piece);
  }

  /** A peer that has been told nothing yet. Returns what it is to be told first. */
  addPeer(peer: PeerId): OfferChange {
    this.#news.set(peer, new Map());
    this.#untold.delete(peer);
    const spare = this.#overtaking.clone();
    const add = new Bitfield(spare.size);
    for (const piece of this.#free) (this.#isFirstChoice(peer, piece) ? add : spare).add(piece);
    return { add: runsOf(add), spare: runsOf(spare), remove: [] };
  }

  removePeer(peer: PeerId): void {
    this.#news.delete(peer);
    this.#untold.delete(peer);
  }

  /** From now on the piece stands like this to all but some. Nothing is said where it did before. */
  set(piece: number, standing: Standing, except: ReadonlySet<PeerId>): void {
    if (this.#standingOf(piece) === standing) return;
    if (standing === 'free') this.#free.add(piece);
    else this.#free.delete(piece);
    if (standing === 'overtaking') this.#overtaking.add(piece);
    else this.#overtaking.delete(piece);
    for (const peer of this.#news.keys()) if (!except.has(peer)) this.repeat(piece, peer);
  }

  /** These peers have become a first choice for a piece, or are none any more. */
  move(piece: number, peers: readonly PeerId[]): void {
    if (this.#free.has(piece)) for (const peer of peers) this.repeat(piece, peer);
  }

  /** Says once more to a peer how a piece stands. */
  repeat(piece: number, peer: PeerId): void {
    const standing = this.#standingOf(piece);
    if (standing === 'none') this.#tell(peer, piece, 'remove');
    else this.#tell(peer, piece, standing === 'free' && this.#isFirstChoice(peer, piece) ? 'add' : 'spare');
  }

  /** Whatever it is to the others, to this peer it is of no use. */
  withdraw(piece: number, peer: PeerId): void {
    this.#tell(peer, piece, 'remove');
  }

  /** What has been gathered since the last call. */
  *takeNews(): Generator<[peer: PeerId, change: OfferChange], void, void> {
    for (const peer of this.#untold) {
      const news = this.#news.get(peer);
      if (news === undefined) continue;
      yield [peer, changeOf(news)];
      news.clear();
    }
    this.#untold.clear();
  }

  #tell(peer: PeerId, piece: number, offering: Offering): void {
    const news = this.#news.get(peer);
    if (news === undefined) return;
    news.set(piece, offering);
    this.#untold.add(peer);
  }

  #standingOf(piece: number): Standing {
    if (this.#free.has(piece)) return 'free';
    return this.#overtaking.has(piece) ? 'overtaking' : 'none';
  }
}

function changeOf(news: News): OfferChange {
  // Most of the time it is one piece.
  const pieces = [...news.keys()];
  if (pieces.length > 1) pieces.sort((a, b) => a - b);
  const of = (offering: Offering): Run[] => runsOf(pieces.filter((piece) => news.get(piece) === offering));
  return { add: of('add'), spare: of('spare'), remove: of('remove') };
}
