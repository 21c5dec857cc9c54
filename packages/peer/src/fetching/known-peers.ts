/**
 * Who has a file, as far as trackers have said: kept while the download waits or rests, so that it can go on with no
 * tracker left to ask.
 */
import type { DeviceId, SwarmPeer } from '@p2p/protocol';
import type { Library } from '../library/library.js';
import type { FileMetadata } from './file-fetch.js';

/** Nobody is dialled there: a client reaches itself without a socket. */
const NO_ADDRESS = { host: 'localhost', port: 1 };

export class KnownPeers {
  readonly #file: FileMetadata;
  readonly #self: DeviceId;
  readonly #library: Library;
  readonly #peers = new Map<DeviceId, SwarmPeer>();

  /** `self` is this client's own device. */
  constructor(file: FileMetadata, self: DeviceId, library: Library) {
    this.#file = file;
    this.#self = self;
    this.#library = library;
  }

  all(): SwarmPeer[] {
    return [...this.#peers.values()];
  }

  /** What another tracker knows. */
  replace(peers: readonly SwarmPeer[]): void {
    this.#peers.clear();
    for (const peer of [...peers, ...this.#ownCopy()]) this.#peers.set(peer.device, peer);
  }

  change(joined: readonly SwarmPeer[], left: readonly DeviceId[]): void {
    for (const device of left) this.#peers.delete(device);
    for (const peer of joined) this.#peers.set(peer.device, peer);
  }

  /** This client itself, where it shares the whole file already: asked like any other, so that all is verified. */
  #ownCopy(): SwarmPeer[] {
    const shared = this.#library.servable(this.#file.group, this.#file.root);
    return shared?.content.complete
      ? [{ device: this.#self, address: NO_ADDRESS, complete: true, reachable: true }]
      : [];
  }
}
