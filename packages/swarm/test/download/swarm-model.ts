/**
 * A swarm for the download step to run in: peers of every character, on a clock of rounds, all chance from one seed.
 * It performs the effects and holds every one of them against what the peers have said and been told.
 */
import { expect } from 'vitest';
import { Bitfield, createDownload, type Download, type DownloadEvent, geometryOf, piecesOf } from '../../src/index.js';

export const characters = [
  /** Has a part, gets more, sends what it is offered. */
  'honest',
  /** Does so, and leaves at some time; may come back. */
  'fleeting',
  /** Says that it has everything, sends wrong bytes. */
  'liar',
  /** Says that it has everything, never sends a byte. */
  'silent',
  /** Says that it has everything, begins pieces and stops in the middle. */
  'stalling',
  /** Says that it has everything, sends what nobody asked it for. */
  'pushing',
  /** Says that it has everything, begins one piece after the other and ends none. */
  'fickle',
] as const;
type Character = (typeof characters)[number];

interface SwarmOptions {
  readonly seed: number;
  readonly pieceCount: number;
  readonly peers: readonly Character[];
}

interface ModelPeer {
  readonly id: string;
  readonly character: Character;
  open: boolean;
  banned: boolean;
  readonly has: Set<number>;
  readonly said: Set<number>;
  /** What it may choose from, as it has been told, less what it has begun. */
  readonly wanted: Set<number>;
  readonly spare: Set<number>;
  sending: { readonly piece: number; sent: number } | undefined;
  sentBytes: number;
  received: number;
  credit: number;
}

const PIECE_BYTES = 256 * 1024;
const BLOCK_BYTES = PIECE_BYTES / 4;
const ROUND_MS = 500;

export class ModelSwarm {
  readonly download: Download;
  readonly verified = new Set<number>();
  completions = 0;
  readonly #options: SwarmOptions;
  readonly #peers: ModelPeer[];
  readonly #random: () => number;
  #nowMs = 0;

  constructor(options: SwarmOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    const geometry = geometryOf(options.pieceCount * PIECE_BYTES, PIECE_BYTES);
    const verified = new Bitfield(options.pieceCount);
    for (const piece of this.#pieces()) if (this.#chance(0.1) && verified.add(piece)) this.verified.add(piece);
    this.download = createDownload({ geometry, verified, random: this.#random, nowMs: 0 });
    this.#peers = options.peers.map((character, index) => this.#newPeer(character, `${character} ${index}`));
    this.#dealPieces();
  }

  /** Everybody acts once, in turn, or not; then the clock goes on. */
  round(): void {
    for (const peer of this.#peers) {
      if (peer.banned) continue;
      if (!peer.open) this.#mayOpen(peer);
      else if (this.#chance(0.7)) this.#act(peer);
    }
    this.#nowMs += ROUND_MS;
    this.#step({ kind: 'tick', nowMs: this.#nowMs });
  }

  /** Every missing piece that somebody open has is on its way, or offered to those who have it. */
  expectNothingForgotten(): void {
    for (const piece of this.#pieces()) {
      if (this.verified.has(piece)) continue;
      const holders = this.#peers.filter((peer) => peer.open && peer.said.has(piece));
      if (holders.length === 0) continue;
      const isComing = this.#peers.some((peer) => peer.open && this.download.collects(peer.id, piece));
      // Where it is being handed over, none of them is the first choice for a moment.
      const isOffered =
        holders.some((peer) => peer.wanted.has(piece)) || holders.every((peer) => peer.spare.has(piece));
      expect(isComing || isOffered, `piece ${piece} is forgotten`).toBe(true);
    }
  }

  #newPeer(character: Character, id: string): ModelPeer {
    const has = new Set(this.#pieces().filter(() => this.#chance(0.4)));
    const nothing = { sending: undefined, sentBytes: 0, received: 0, credit: 0 };
    const told = { said: new Set<number>(), wanted: new Set<number>(), spare: new Set<number>() };
    return { id, character, open: false, banned: false, has, ...told, ...nothing };
  }

  /** Every piece comes to at least one peer that stays and sends it. */
  #dealPieces(): void {
    const stayers = this.#peers.filter((peer) => peer.character === 'honest');
    for (const piece of this.#pieces()) stayers[Math.floor(this.#random() * stayers.length)]?.has.add(piece);
  }

  #mayOpen(peer: ModelPeer): void {
    if (!this.#chance(0.3)) return;
    peer.open = true;
    const isTruthful = peer.character === 'honest' || peer.character === 'fleeting';
    // Some of what an honest peer has is announced later.
    const said = isTruthful ? [...peer.has].filter(() => this.#chance(0.6)) : this.#pieces();
    for (const piece of said) peer.said.add(piece);
    const field = new Bitfield(this.#options.pieceCount);
    for (const piece of said) field.add(piece);
    this.#step({ kind: 'peer_opened', peer: peer.id, pieces: field.isFull && this.#chance(0.5) ? 'all' : field });
  }

  #act(peer: ModelPeer): void {
    switch (peer.character) {
      case 'silent':
        return;
      case 'pushing':
        return this.#sendPiece(peer, Math.floor(this.#random() * this.#options.pieceCount));
      case 'fickle':
      case 'stalling':
        if (peer.character === 'stalling' && peer.sending !== undefined) return;
        this.#begin(peer, this.#choice(peer, this.#pieces()));
        return this.#sendBlock(peer);
      case 'fleeting':
        if (this.#chance(0.05)) return this.#leave(peer);
    }
    this.#announce(peer);
    if (peer.sending === undefined) this.#begin(peer, this.#choice(peer, [...peer.has]));
    this.#sendBlock(peer);
  }

  /** What it was offered, ordinary pieces first. */
  #choice(peer: ModelPeer, has: readonly number[]): number | undefined {
    const can = has.filter((piece) => peer.wanted.has(piece));
    const choices = can.length > 0 ? can : has.filter((piece) => peer.spare.has(piece));
    return choices[Math.floor(this.#random() * choices.length)];
  }

  #begin(peer: ModelPeer, piece: number | undefined): void {
    if (piece === undefined || peer.sentBytes + BLOCK_BYTES > peer.credit) return;
    peer.wanted.delete(piece);
    peer.spare.delete(piece);
    peer.sending = { piece, sent: 0 };
  }

  #sendPiece(peer: ModelPeer, piece: number): void {
    this.#begin(peer, piece);
    while (peer.open && peer.sending !== undefined && peer.sentBytes + BLOCK_BYTES <= peer.credit)
      this.#sendBlock(peer);
  }

  #sendBlock(peer: ModelPeer): void {
    const { sending } = peer;
    if (sending === undefined || peer.sentBytes + BLOCK_BYTES > peer.credit) return;
    sending.sent += BLOCK_BYTES;
    peer.sentBytes += BLOCK_BYTES;
    if (sending.sent === PIECE_BYTES) peer.sending = undefined;
    this.#step({ kind: 'block_received', peer: peer.id, piece: sending.piece, bytes: BLOCK_BYTES });
    const isKept = peer.open && this.download.collects(peer.id, sending.piece);
    if (sending.sent === PIECE_BYTES && isKept) this.#end(peer, sending.piece);
  }

  #end(peer: ModelPeer, piece: number): void {
    if (peer.character === 'liar') return this.#step({ kind: 'piece_failed', peer: peer.id, piece });
    this.verified.add(piece);
    this.#step({ kind: 'piece_verified', peer: peer.id, piece });
  }

  #announce(peer: ModelPeer): void {
    const news = [...peer.has].filter((piece) => !peer.said.has(piece) && this.#chance(0.2));
    if (news.length === 0) return;
    for (const piece of news) peer.said.add(piece);
    this.#step({ kind: 'peer_has', peer: peer.id, pieces: news });
  }

  #leave(peer: ModelPeer): void {
    this.#close(peer);
    this.#step({ kind: 'peer_gone', peer: peer.id });
  }

  #close(peer: ModelPeer): void {
    peer.open = false;
    for (const set of [peer.said, peer.wanted, peer.spare]) set.clear();
    Object.assign(peer, { sending: undefined, sentBytes: 0, received: 0, credit: 0 });
  }

  #step(event: DownloadEvent): void {
    if (event.kind === 'block_received') this.#peer(event.peer).received += event.bytes;
    for (const effect of this.download.step(event)) {
      if (effect.kind === 'complete') this.completions++;
      else if (effect.kind === 'have') expect(this.verified.has(effect.piece)).toBe(true);
      else if (effect.kind === 'ban') this.#takeBan(this.#peer(effect.peer));
      else if (effect.kind === 'credit') this.#takeCredit(this.#peer(effect.peer), effect);
      else this.#takeOffer(this.#peer(effect.peer), effect);
    }
    expect([...this.download.verified]).toEqual([...this.verified].sort((left, right) => left - right));
    if (!this.download.isComplete) this.expectNothingForgotten();
  }

  #takeCredit(peer: ModelPeer, { received, credit }: { received: number; credit: number }): void {
    expect(peer.open).toBe(true);
    expect(received).toBe(peer.received);
    expect(credit).toBeGreaterThan(received);
    peer.credit = Math.max(peer.credit, credit);
  }

  #takeOffer(peer: ModelPeer, offer: Extract<ReturnType<Download['step']>[number], { kind: 'offer' }>): void {
    expect(peer).toMatchObject({ open: true, banned: false });
    for (const piece of piecesOf(offer.remove)) {
      peer.wanted.delete(piece);
      peer.spare.delete(piece);
      if (peer.sending?.piece === piece) peer.sending = undefined;
    }
    for (const [runs, to, from] of [
      [offer.add, peer.wanted, peer.spare],
      [offer.spare, peer.spare, peer.wanted],
    ] as const) {
      for (const piece of piecesOf(runs)) {
        expect(this.verified.has(piece)).toBe(false);
        from.delete(piece);
        to.add(piece);
      }
    }
  }

  #takeBan(peer: ModelPeer): void {
    expect(['liar', 'pushing', 'fickle']).toContain(peer.character);
    peer.banned = true;
    this.#close(peer);
  }

  #peer(id: string): ModelPeer {
    return this.#peers.find((peer) => peer.id === id) as ModelPeer;
  }

  #pieces(): number[] {
    return Array.from({ length: this.#options.pieceCount }, (_, piece) => piece);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }
}

/** Mulberry32, a small generator of numbers in [0, 1): enough for tests, and the same everywhere. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
