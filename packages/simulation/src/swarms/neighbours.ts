/**
 * Whom a downloader is linked to: up to so many of those the tracker names, each by a rank of chance, so that not every
 * downloader begins with the same. Who doesn't answer or takes no more is tried again after a while.
 */
import type { Agenda } from '../agenda.js';
import type { Dice } from '../dice.js';
import type { Link } from './link.js';
import type { Member } from './member.js';
import type { Tracker } from './tracker.js';

/** After a refusal, or a link that broke. */
const RETRY_MS = 4_000;

export interface NeighboursOptions {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly tracker: Tracker;
  readonly member: Member;
  readonly maxLinks: number;
  /** Tells whether there is a link in the end; both are called later. */
  readonly dial: (server: Member, done: (link: Link | undefined) => void) => void;
}

export class Neighbours {
  readonly #options: NeighboursOptions;
  readonly #salt: number;
  readonly #linked = new Map<Member, Link>();
  readonly #dialling = new Set<Member>();
  readonly #banned = new Set<Member>();
  /** Until when a peer is not tried again. */
  readonly #retryAtMs = new Map<Member, number>();
  #isEnded = false;
  #isLooking = false;

  constructor(options: NeighboursOptions) {
    this.#options = options;
    this.#salt = options.dice.below(2 ** 31);
  }

  get linkCount(): number {
    return this.#linked.size;
  }

  begin(): void {
    this.#fill();
  }

  joined(server: Member): void {
    if (this.#isEnded || !this.#isIdle(server)) return;
    if (this.#room > 0) this.#dial(server);
  }

  lost({ server }: Link): void {
    if (!this.#linked.delete(server)) return;
    this.#retryLater(server);
    this.#fill();
  }

  ban(link: Link): void {
    const { member } = this.#options;
    this.#linked.delete(link.server);
    this.#banned.add(link.server);
    member.hangUp(link);
    this.#fill();
  }

  end(): void {
    this.#isEnded = true;
    for (const link of this.#linked.values()) this.#options.member.hangUp(link);
    this.#linked.clear();
  }

  get #room(): number {
    return this.#options.maxLinks - this.#linked.size - this.#dialling.size;
  }

  /** Those of the best rank, as many as there is room for. */
  #fill(): void {
    if (this.#isEnded || this.#room <= 0) return;
    const idle = this.#options.tracker.listed.filter((server) => this.#isIdle(server));
    const ranked = idle.map((server) => ({ server, rank: this.#rank(server) })).sort((a, b) => a.rank - b.rank);
    for (const { server } of ranked.slice(0, this.#room)) this.#dial(server);
  }

  #isIdle(server: Member): boolean {
    if (server === this.#options.member || this.#linked.has(server) || this.#dialling.has(server)) return false;
    if (this.#banned.has(server)) return false;
    return (this.#retryAtMs.get(server) ?? 0) <= this.#options.agenda.now;
  }

  #rank(server: Member): number {
    let mixed = Math.imul(server.index ^ this.#salt, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
    mixed = (mixed ^ (mixed >>> 13)) >>> 0;
    return mixed / 2 ** 32 - (server.isComplete ? 1 : 0);
  }

  #dial(server: Member): void {
    this.#dialling.add(server);
    this.#options.dial(server, (link) => {
      this.#dialling.delete(server);
      if (link !== undefined && this.#isEnded) return this.#options.member.hangUp(link);
      if (link !== undefined) this.#linked.set(server, link);
      else {
        this.#retryLater(server);
        this.#fill();
      }
    });
  }

  #retryLater(server: Member): void {
    const { agenda, dice } = this.#options;
    const delayMs = RETRY_MS * (0.5 + dice.next());
    this.#retryAtMs.set(server, agenda.now + delayMs);
    if (this.#isLooking) return;
    this.#isLooking = true;
    agenda.after(delayMs + 1, () => {
      this.#isLooking = false;
      this.#fill();
    });
  }
}
