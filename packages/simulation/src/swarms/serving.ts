/** The shell around the upload schedule: tells it what links say, and sends what it picks, as long as it picks. */
import { HAVE_INTERVAL_MS, MAX_SERVED_CONNECTIONS } from '@p2p/protocol';
import { type Bitfield, type PieceGeometry, type ReadonlyBitfield, UploadSchedule } from '@p2p/swarm';
import type { Agenda } from '../agenda.js';
import type { Audit } from './audit.js';
import type { Credit, Link, Offer } from './link.js';
import type { ServingSide } from './member.js';

/** The schedule wants to be asked a few times a second, whatever happens. */
const ASK_MS = 250;

export interface ServingOptions {
  readonly agenda: Agenda;
  readonly geometry: PieceGeometry;
  /** What it has; grows. */
  readonly pieces: ReadonlyBitfield;
  readonly random: () => number;
  readonly audit: Audit;
}

export class Serving implements ServingSide {
  readonly #options: ServingOptions;
  readonly #schedule: UploadSchedule<number, number>;
  readonly #content: { readonly geometry: PieceGeometry; readonly pieces: ReadonlyBitfield };
  readonly #links = new Map<number, Link>();
  #news: number[] = [];
  #isAsking = false;
  #isWaiting = false;

  constructor(options: ServingOptions) {
    this.#options = options;
    const { geometry, pieces } = options;
    this.#content = { geometry, pieces };
    this.#schedule = new UploadSchedule(options.random);
  }

  get linkCount(): number {
    return this.#links.size;
  }

  accept(link: Link): 'all' | Bitfield | undefined {
    if (this.#links.size >= MAX_SERVED_CONNECTIONS) return undefined;
    this.#links.set(link.lane, link);
    this.#schedule.open(link.lane, { link: link.lane, content: this.#content });
    const { pieces } = this.#content;
    this.#askAgain();
    return pieces.isFull ? 'all' : pieces.clone();
  }

  offered(link: Link, offer: Offer): void {
    this.#options.audit.offered(link, offer);
    this.#schedule.offer(link.lane, offer);
    this.#pump();
  }

  credited(link: Link, { received, credit, clockMs }: Credit): void {
    this.#schedule.credit(link.lane, { received, credit, clockMs, nowMs: this.#options.agenda.now });
    this.#pump();
  }

  lost(link: Link): void {
    if (!this.#links.delete(link.lane)) return;
    this.#schedule.close(link.lane);
    this.#pump();
  }

  /** A piece is here. */
  gain(piece: number): void {
    this.#schedule.gain(this.#content, piece);
    this.#pump();
    this.#news.push(piece);
    if (this.#news.length > 1) return;
    this.#options.agenda.after(HAVE_INTERVAL_MS, () => {
      for (const link of this.#links.values()) if (link.isOpen) link.have(this.#news);
      this.#news = [];
    });
  }

  #pump(): void {
    const { agenda, geometry, audit } = this.#options;
    for (;;) {
      const block = this.#schedule.next(agenda.now);
      if (block === undefined) return this.#pumpIn(this.#schedule.waitMs(agenda.now));
      const { lane, piece } = block;
      const link = this.#links.get(lane) as Link;
      const [start, end] = [block.start - piece * geometry.pieceLength, block.end - piece * geometry.pieceLength];
      audit.sends(link, { piece, start, end });
      link.send({ piece, start, end, isWrong: false });
    }
  }

  /** When the line is free again; not more than once at a time. */
  #pumpIn(waitMs: number): void {
    if (waitMs <= 0 || this.#isWaiting) return;
    this.#isWaiting = true;
    this.#options.agenda.after(waitMs + 0.01, () => {
      this.#isWaiting = false;
      this.#pump();
    });
  }

  #askAgain(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#options.agenda.after(ASK_MS, () => {
      this.#isAsking = false;
      if (this.#links.size === 0) return;
      this.#pump();
      this.#askAgain();
    });
  }
}
