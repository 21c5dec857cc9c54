/** What no run may break, looked at while it happens. */
import { Bitfield, piecesOf } from '@p2p/swarm';
import type { Link, Offer } from './link.js';
import type { Member } from './member.js';

export class Audit {
  readonly #pieceCount: number;
  /** What a server may send on a link, by the words that have come. */
  readonly #offered = new WeakMap<Link, Bitfield>();
  #copies = 0;

  constructor(pieceCount: number) {
    this.#pieceCount = pieceCount;
  }

  /** Pieces that the seeder has begun to send. */
  get copies(): number {
    return this.#copies;
  }

  offered(link: Link, { add, spare, remove }: Offer): void {
    const offered = this.#offered.get(link) ?? new Bitfield(this.#pieceCount);
    this.#offered.set(link, offered);
    for (const piece of piecesOf(remove)) offered.delete(piece);
    for (const piece of piecesOf(add)) offered.add(piece);
    for (const piece of piecesOf(spare)) offered.add(piece);
  }

  /** A member sends what the other one wants, what it has, and no more than it may. */
  sends(link: Link, { piece, start, end }: { piece: number; start: number; end: number }): void {
    const { server, downloader } = link;
    const who = `${server.name} to ${downloader.name}`;
    if (this.#offered.get(link)?.has(piece) !== true) throw new Error(`not offered: piece ${piece}, ${who}`);
    if (link.sent + end - start > link.allowed) throw new Error(`beyond the credit: piece ${piece}, ${who}`);
    if (server.download !== undefined && !server.download.core.verified.has(piece)) {
      throw new Error(`sent without having it: piece ${piece}, ${who}`);
    }
    if (server.character === 'seeder' && start === 0) this.#copies += 1;
  }

  /** What a download has at its end comes from those who do not lie. */
  finished(member: Member): void {
    const download = member.download;
    if (download === undefined || !download.core.isComplete) throw new Error(`not complete: ${member.name}`);
    let pieces = 0;
    for (const [name, count] of download.verifiedFrom) {
      if (name.startsWith('liar')) throw new Error(`a liar was believed: ${name} by ${member.name}`);
      pieces += count;
    }
    if (pieces < this.#pieceCount) throw new Error(`pieces from nowhere: ${member.name}`);
  }
}
