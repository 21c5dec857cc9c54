/** Members who say that they have everything, and send wrong bytes, or nothing, or half a piece. */
import { MAX_SERVED_CONNECTIONS } from '@p2p/protocol';
import { piecesOf } from '@p2p/swarm';
import type { Dice } from '../dice.js';
import type { Credit, Link, Offer } from './link.js';
import type { ServingSide } from './member.js';

const BLOCK_BYTES = 64 * 1024;

interface Victim {
  readonly offered: Set<number>;
  /** Pieces that it is sent once more if they are offered once more. */
  hasStalled: boolean;
}

export interface LiarOptions {
  readonly dice: Dice;
  readonly pieceBytes: number;
  readonly character: 'wrong' | 'mute' | 'staller';
}

export class Liar implements ServingSide {
  readonly #options: LiarOptions;
  readonly #victims = new Map<Link, Victim>();

  constructor(options: LiarOptions) {
    this.#options = options;
  }

  accept(link: Link): 'all' | undefined {
    if (this.#victims.size >= MAX_SERVED_CONNECTIONS) return undefined;
    this.#victims.set(link, { offered: new Set(), hasStalled: false });
    return 'all';
  }

  offered(link: Link, { add, spare, remove }: Offer): void {
    const victim = this.#victims.get(link);
    if (victim === undefined) return;
    for (const piece of piecesOf(remove)) victim.offered.delete(piece);
    for (const piece of [...piecesOf(add), ...piecesOf(spare)]) victim.offered.add(piece);
    this.#send(link, victim);
  }

  credited(link: Link, _credit: Credit): void {
    const victim = this.#victims.get(link);
    if (victim !== undefined) this.#send(link, victim);
  }

  lost(link: Link): void {
    this.#victims.delete(link);
  }

  #send(link: Link, victim: Victim): void {
    const { character, pieceBytes, dice } = this.#options;
    if (character === 'mute' || victim.hasStalled) return;
    const bytes = character === 'staller' ? pieceBytes / 2 : pieceBytes;
    while (victim.offered.size > 0 && link.sent + bytes <= link.allowed) {
      const piece = dice.pick([...victim.offered]);
      victim.offered.delete(piece);
      for (let start = 0; start < bytes; start += BLOCK_BYTES) {
        link.send({ piece, start, end: Math.min(bytes, start + BLOCK_BYTES), isWrong: true });
      }
      victim.hasStalled = character === 'staller';
      if (victim.hasStalled) return;
    }
  }
}
