/** Downloaders as the schedule sees them, for tests: each takes what it is sent, or not, and acknowledges when told to. */
import { Bitfield, type Block, geometryOf, type LaneOffer, type Servable, UploadSchedule } from '../../src/index.js';

export const PIECE = 256 * 1024;
const PLENTY = 2 ** 40;

export function contentOf(
  pieceCount: number,
  pieces: Bitfield = Bitfield.full(pieceCount),
): Servable & { pieces: Bitfield } {
  return { geometry: geometryOf(pieceCount * PIECE, PIECE), pieces };
}

/** Always the same order: ties go to the first. */
export class Lanes {
  nowMs = 0;
  readonly schedule = new UploadSchedule<string, string>(() => 0);
  readonly #received = new Map<string, number>();

  open(lane: string, content: Servable, { offer, credit = PLENTY }: { offer: LaneOffer; credit?: number }): void {
    this.schedule.open(lane, { link: lane, content });
    this.schedule.credit(lane, { received: 0, credit, clockMs: this.nowMs, nowMs: this.nowMs });
    this.schedule.offer(lane, offer);
  }

  /** Sends until nothing more may be sent, or this many blocks. */
  send(maxBlocks = 100_000): Block<string>[] {
    const blocks: Block<string>[] = [];
    while (blocks.length < maxBlocks) {
      const block = this.schedule.next(this.nowMs);
      if (block === undefined) break;
      blocks.push(block);
    }
    return blocks;
  }

  /** All of these blocks have come, at once and without a queue. */
  acknowledge(blocks: readonly Block<string>[], credit = PLENTY): void {
    for (const { lane, start, end } of blocks) {
      const received = (this.#received.get(lane) ?? 0) + end - start;
      this.#received.set(lane, received);
      this.schedule.credit(lane, { received, credit, clockMs: this.nowMs, nowMs: this.nowMs });
    }
  }

  /** The pieces that are begun until nothing is left to send, everything being acknowledged at once. */
  pieces(): { lane: string; piece: number }[] {
    const begun: { lane: string; piece: number }[] = [];
    for (let blocks = this.send(1); blocks.length > 0; blocks = this.send(1)) {
      const [{ lane, piece, start }] = blocks as [Block<string>];
      if (start % PIECE === 0) begun.push({ lane, piece });
      this.nowMs += 1;
      this.acknowledge(blocks);
    }
    return begun;
  }
}
