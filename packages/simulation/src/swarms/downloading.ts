/** The shell around the download step: takes what links bring, verifies pieces, performs the effects. */
import type { Bitfield, Download, DownloadEffect, DownloadEvent } from '@p2p/swarm';
import type { Agenda } from '../agenda.js';
import type { Block, Link } from './link.js';

/** Hash and write. */
const VERIFY_MS = 2;
const TICK_MS = 250;

export interface DownloadingOptions {
  readonly agenda: Agenda;
  readonly download: Download;
  /** Bytes of a piece; all are of the same length. */
  readonly pieceBytes: number;
  /** When it first ticks, so that not all do so together. */
  readonly firstTickMs: number;
  /** By how much its clock is ahead. */
  readonly clockMs: number;
  readonly handlers: {
    readonly have: (piece: number) => void;
    readonly complete: () => void;
    readonly ban: (link: Link, reason: string) => void;
  };
}

export class Downloading {
  readonly #options: DownloadingOptions;
  readonly #links = new Map<string, Link>();
  #isEnded = false;
  /** Payload that has come, and what of it was of no use. */
  receivedBytes = 0;
  verifiedFrom = new Map<string, number>();

  constructor(options: DownloadingOptions) {
    this.#options = options;
    options.agenda.after(options.firstTickMs, () => this.#tick());
  }

  get core(): Download {
    return this.#options.download;
  }

  opened(link: Link, pieces: 'all' | Bitfield): void {
    if (this.#isEnded) return;
    this.#links.set(link.server.name, link);
    this.#step({ kind: 'peer_opened', peer: link.server.name, pieces });
  }

  has(link: Link, pieces: readonly number[]): void {
    this.#step({ kind: 'peer_has', peer: link.server.name, pieces });
  }

  lost(link: Link): void {
    if (!this.#links.delete(link.server.name)) return;
    this.#step({ kind: 'peer_gone', peer: link.server.name });
  }

  receive(link: Link, block: Block): void {
    const { piece, start, end } = block;
    const peer = link.server.name;
    this.receivedBytes += end - start;
    this.#step({ kind: 'block_received', peer, piece, bytes: end - start });
    if (!link.isOpen || this.#isEnded || !this.core.collects(peer, piece)) return;
    const { collected } = link;
    if (start === 0) Object.assign(collected, { piece, bytes: 0, isWhole: false, isWrong: false });
    if (collected.piece !== piece || collected.bytes !== start) return;
    collected.bytes = end;
    if (block.isWrong) collected.isWrong = true;
    collected.isWhole = end === this.#options.pieceBytes;
    if (collected.isWhole) this.#verify(link, piece, collected.isWrong);
  }

  /** Nothing is wanted any more. */
  end(): void {
    this.#isEnded = true;
  }

  #verify(link: Link, piece: number, isWrong: boolean): void {
    const peer = link.server.name;
    this.#options.agenda.after(VERIFY_MS, () => {
      if (!isWrong) this.verifiedFrom.set(peer, (this.verifiedFrom.get(peer) ?? 0) + 1);
      this.#step({ kind: isWrong ? 'piece_failed' : 'piece_verified', peer, piece });
    });
  }

  #tick(): void {
    const { agenda } = this.#options;
    if (this.#isEnded) return;
    this.#step({ kind: 'tick', nowMs: agenda.now });
    agenda.after(TICK_MS, () => this.#tick());
  }

  #step(event: DownloadEvent): void {
    if (this.#isEnded) return;
    for (const effect of this.core.step(event)) this.#perform(effect);
  }

  #perform(effect: DownloadEffect): void {
    const { handlers } = this.#options;
    if (effect.kind === 'have') return handlers.have(effect.piece);
    if (effect.kind === 'complete') return handlers.complete();
    const link = this.#links.get(effect.peer);
    if (link === undefined) throw new Error(`${effect.kind} for ${effect.peer}, to whom there is no link`);
    if (effect.kind === 'offer') return link.offer(effect);
    if (effect.kind === 'credit') {
      const { received, credit } = effect;
      return link.credit({ received, credit, clockMs: this.#options.agenda.now + this.#options.clockMs });
    }
    this.#links.delete(effect.peer);
    handlers.ban(link, effect.reason);
  }
}
