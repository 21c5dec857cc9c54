/** The pieces that have been asked for and have not come: of whom, and since when. */

/** A peer as far as its answers are concerned. */
interface Asked {
  /** The pieces it owes. */
  readonly asked: Set<number>;
  /** Has sent nothing for too long: it may still answer, but nobody waits for it. */
  readonly silent: boolean;
}

interface Request<P> {
  readonly peers: Set<P>;
  lastAskedMs: number;
}

export class Outstanding<P extends Asked> {
  /** In order of the last request: oldest first. */
  readonly #requests = new Map<number, Request<P>>();

  /** A silent peer doesn't make an older request any younger: the next in line is not to wait for it. */
  ask(peer: P, piece: number, nowMs: number): void {
    peer.asked.add(piece);
    const request = this.#requests.get(piece) ?? { peers: new Set(), lastAskedMs: nowMs };
    request.peers.add(peer);
    if (!peer.silent) {
      this.#requests.delete(piece);
      request.lastAskedMs = nowMs;
    }
    this.#requests.set(piece, request);
  }

  /** This peer will not send this piece. */
  drop(peer: P, piece: number): void {
    const peers = this.#requests.get(piece)?.peers;
    peers?.delete(peer);
    peer.asked.delete(piece);
    if (peers?.size === 0) this.#requests.delete(piece);
  }

  /** The piece is here. Returns the peers that owed it. */
  settle(piece: number): readonly P[] {
    const peers = [...(this.#requests.get(piece)?.peers ?? [])];
    for (const peer of peers) peer.asked.delete(piece);
    this.#requests.delete(piece);
    return peers;
  }

  /** Whether a peer that is not silent owes this piece. */
  isAwaited(piece: number): boolean {
    for (const peer of this.#requests.get(piece)?.peers ?? []) if (!peer.silent) return true;
    return false;
  }

  /** Pieces that were last asked for at `untilMs` or before, oldest first, and that this peer has not been asked for. */
  *overdueFor(peer: P, untilMs: number): Generator<number, void, void> {
    for (const [piece, request] of this.#requests) {
      if (request.lastAskedMs > untilMs) return;
      if (!request.peers.has(peer)) yield piece;
    }
  }
}
