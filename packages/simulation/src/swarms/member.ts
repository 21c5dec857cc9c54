/** A member of the swarm: a host, what it serves and, unless it has everything from the start, its download. */
import type { Bitfield } from '@p2p/swarm';
import type { Downloading } from './downloading.js';
import type { Host } from './host.js';
import type { Credit, Link, Offer } from './link.js';
import type { Neighbours } from './neighbours.js';

/** The serving side of a member, honest or not. */
export interface ServingSide {
  /** What it has, for a downloader that has dialled; undefined where it takes no more of them. */
  accept(link: Link): 'all' | Bitfield | undefined;
  offered(link: Link, offer: Offer): void;
  credited(link: Link, credit: Credit): void;
  lost(link: Link): void;
}

export type Character = 'seeder' | 'honest' | 'wrong' | 'mute' | 'staller';

export interface MemberOptions {
  readonly index: number;
  readonly host: Host;
  readonly character: Character;
  readonly joinedMs: number;
}

export class Member {
  readonly index: number;
  readonly host: Host;
  readonly character: Character;
  readonly joinedMs: number;
  serving!: ServingSide;
  download: Downloading | undefined;
  neighbours: Neighbours | undefined;
  /** By what the tracker knows. */
  isComplete: boolean;
  finishedMs: number | undefined;
  /** All connections, of both kinds. */
  readonly links = new Set<Link>();

  constructor({ index, host, character, joinedMs }: MemberOptions) {
    this.index = index;
    this.host = host;
    this.character = character;
    this.joinedMs = joinedMs;
    this.isComplete = character !== 'honest';
  }

  get name(): string {
    return this.host.name;
  }

  get isLiar(): boolean {
    return this.character !== 'honest' && this.character !== 'seeder';
  }

  /** The server of this link has hung up, or is gone. */
  lost(link: Link): void {
    this.links.delete(link);
    this.download?.lost(link);
    this.neighbours?.lost(link);
  }

  hangUp(link: Link): void {
    this.links.delete(link);
    link.close(this.host);
  }
}
