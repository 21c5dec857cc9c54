/** The running digests over the last final operations: trackers compare them wherever their counts have met. */
import { type FinalMark, REMEMBERED_DIGESTS } from '@p2p/protocol';

export class RecentDigests {
  readonly #ring = new Map<number, FinalMark>();

  /** Counts rise by one, but for the first. */
  remember(mark: FinalMark): void {
    this.#ring.set(mark.count % REMEMBERED_DIGESTS, mark);
  }

  at(count: number): Uint8Array | undefined {
    const mark = this.#ring.get(count % REMEMBERED_DIGESTS);
    return mark?.count === count ? mark.digest : undefined;
  }
}
