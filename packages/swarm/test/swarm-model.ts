/**
 * A swarm for the download step to run in: peers of every character, on a clock of rounds, all chance from one seed.
 * It performs the effects and holds every one of them against what the peers have said.
 */
import { expect } from 'vitest';
import { Bitfield, createDownload, type Download, type DownloadEvent, geometryOf } from '../src/index.js';

export const characters = [
  /** Has a part, gets more, answers. */
  'honest',
  /** Answers, and leaves at some time; may come back. */
  'fleeting',
  /** Says that it has everything, sends wrong bytes. */
  'liar',
  /** Says that it has everything, rejects what it has not. */
  'boaster',
  /** Says that it has everything, never sends a byte. */
  'silent',
  /** Says that it has everything, sends bytes for ever and never a whole piece. */
  'trickler',
] as const;
type Character = (typeof characters)[number];

interface SwarmOptions {
  readonly seed: number;
  readonly pieceCount: number;
  readonly creditPieces: number;
  readonly peers: readonly Character[];
}

interface ModelPeer {
  readonly id: string;
  readonly character: Character;
  open: boolean;
  /** It may come back, but must never be asked again. */
  banned: boolean;
  /** What it can send. */
  readonly has: Set<number>;
  /** What it has said that it has, and not taken back. */
  readonly said: Set<number>;
  readonly owed: Set<number>;
}

const PIECE_BYTES = 256 * 1024;
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
    const geometry = geometryOf(options.pieceCount * PIECE_BYTES - 1, PIECE_BYTES);
    const verified = new Bitfield(options.pieceCount);
    for (const piece of this.#pieces()) if (this.#chance(0.1) && verified.add(piece)) this.verified.add(piece);
    const creditBytes = options.creditPieces * PIECE_BYTES;
    this.download = createDownload({ geometry, verified, random: this.#random, nowMs: 0, creditBytes });
    this.#peers = options.peers.map((character, index) => this.#newPeer(character, `${character} ${index}`));
    this.#dealPieces();
  }

  /** Everybody acts once, in turn, or not; then the clock goes on. */
  round(): void {
    for (const peer of this.#peers) {
      if (!peer.open) this.#mayOpen(peer);
      else if (this.#chance(0.7)) this.#act(peer);
    }
    this.#nowMs += ROUND_MS;
    this.#step({ kind: 'tick', nowMs: this.#nowMs });
  }

  #newPeer(character: Character, id: string): ModelPeer {
    const has = new Set(this.#pieces().filter(() => this.#chance(0.4)));
    return { id, character, open: false, banned: false, has, said: new Set(), owed: new Set() };
  }

  /** Every piece comes to at least one peer that stays and sends it. */
  #dealPieces(): void {
    const stayers = this.#peers.filter((peer) => peer.character === 'honest');
    for (const piece of this.#pieces()) stayers[Math.floor(this.#random() * stayers.length)]?.has.add(piece);
  }

  #mayOpen(peer: ModelPeer): void {
    if (!this.#chance(0.3)) return;
    peer.open = true;
    const truthful = peer.character === 'honest' || peer.character === 'fleeting';
    // Some of what an honest peer has is announced later.
    const said = truthful ? [...peer.has].filter(() => this.#chance(0.6)) : this.#pieces();
    for (const piece of said) peer.said.add(piece);
    const field = new Bitfield(this.#options.pieceCount);
    for (const piece of said) field.add(piece);
    this.#step({ kind: 'peer_opened', peer: peer.id, pieces: field.isFull && this.#chance(0.5) ? 'all' : field });
  }

  #act(peer: ModelPeer): void {
    if (peer.character === 'fleeting' && this.#chance(0.05)) return this.#leave(peer);
    if (peer.character === 'honest' || peer.character === 'fleeting') this.#announce(peer);
    const [piece] = peer.owed;
    if (piece === undefined || peer.character === 'silent') return;
    if (this.#chance(0.5)) this.#step({ kind: 'bytes_received', peer: peer.id });
    if (peer.character === 'trickler' || !peer.owed.has(piece)) return;
    if (peer.character === 'liar') return this.#step({ kind: 'piece_failed', peer: peer.id, piece });
    peer.owed.delete(piece);
    if (peer.has.has(piece)) return this.#deliver(peer, piece);
    peer.said.delete(piece);
    this.#step({ kind: 'request_rejected', peer: peer.id, piece });
  }

  #announce(peer: ModelPeer): void {
    const news = [...peer.has].filter((piece) => !peer.said.has(piece) && this.#chance(0.2));
    if (news.length === 0) return;
    for (const piece of news) peer.said.add(piece);
    this.#step({ kind: 'peer_has', peer: peer.id, pieces: news });
  }

  #leave(peer: ModelPeer): void {
    const [late] = [...peer.owed].filter((piece) => peer.has.has(piece));
    this.#close(peer);
    this.#step({ kind: 'peer_gone', peer: peer.id });
    // Its last piece was whole already, and was being verified.
    if (late !== undefined && this.#chance(0.5)) this.#deliver(peer, late);
  }

  #close(peer: ModelPeer): void {
    peer.open = false;
    peer.said.clear();
    peer.owed.clear();
  }

  #deliver(peer: ModelPeer, piece: number): void {
    this.verified.add(piece);
    this.#step({ kind: 'piece_verified', peer: peer.id, piece });
    // Sent already when its cancel came.
    if (this.#chance(0.1)) this.#step({ kind: 'piece_verified', peer: peer.id, piece });
  }

  #step(event: DownloadEvent): void {
    for (const effect of this.download.step(event)) {
      if (effect.kind === 'complete') this.completions++;
      else if (effect.kind === 'request') this.#takeRequest(this.#peer(effect.peer), effect.piece);
      else if (effect.kind === 'cancel') expect(this.#peer(effect.peer).owed.delete(effect.piece)).toBe(true);
      else {
        this.#takeBan(this.#peer(effect.peer));
      }
    }
    expect([...this.download.verified]).toEqual([...this.verified].sort((left, right) => left - right));
    this.#expectNobodyIdle();
  }

  #takeRequest(peer: ModelPeer, piece: number): void {
    expect(peer).toMatchObject({ open: true, banned: false });
    expect(peer.said.has(piece)).toBe(true);
    expect(this.verified.has(piece)).toBe(false);
    expect(peer.owed.has(piece)).toBe(false);
    peer.owed.add(piece);
    expect(peer.owed.size).toBeLessThanOrEqual(Math.max(2, this.#options.creditPieces));
  }

  #takeBan(peer: ModelPeer): void {
    expect(peer.character).toBe('liar');
    peer.banned = true;
    this.#close(peer);
  }

  /** No peer that owes nothing has a piece that is missing and that nobody owes. */
  #expectNobodyIdle(): void {
    const owed = new Set(this.#peers.flatMap((peer) => [...peer.owed]));
    for (const peer of this.#peers) {
      if (!peer.open || peer.owed.size > 0 || peer.banned) continue;
      expect([...peer.said].filter((piece) => !this.verified.has(piece) && !owed.has(piece))).toEqual([]);
    }
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
