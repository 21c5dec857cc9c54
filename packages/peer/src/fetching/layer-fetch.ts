/**
 * Gets the hashes of a file's pieces from one peer after the other, until one has sent those that stand under the root.
 * Nothing of the file is asked for before that.
 */
import { type DeviceId, LAYER_TIMEOUT_MS, MAX_LAYER_HASHES } from '@p2p/protocol';
import { type ContentTree, HASH_BYTES, layerBytesOf, type PieceGeometry, verifyLayer } from '@p2p/swarm';
import { sha256 } from '../sharing/sha256.js';

export interface LayerFetchHandlers {
  request(device: DeviceId, first: number, count: number): void;
  verified(tree: ContentTree): void;
  /** This peer's hashes are not those of the file. */
  wrong(device: DeviceId): void;
}

export class LayerFetch {
  readonly #geometry: PieceGeometry;
  readonly #root: Uint8Array;
  readonly #handlers: LayerFetchHandlers;
  /** Peers that can be asked, in order; the first one is being asked. */
  readonly #ready: DeviceId[] = [];
  readonly #layer: Uint8Array;
  #filled = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(geometry: PieceGeometry, root: Uint8Array, handlers: LayerFetchHandlers) {
    this.#geometry = geometry;
    this.#root = root;
    this.#handlers = handlers;
    this.#layer = new Uint8Array(layerBytesOf(geometry));
  }

  /** A peer has the file. */
  offer(device: DeviceId): void {
    this.#ready.push(device);
    if (this.#ready.length === 1) this.#begin();
  }

  /** A peer has sent hashes. */
  take(device: DeviceId, first: number, hashes: Uint8Array): void {
    if (device !== this.#ready[0]) return;
    // Less than was asked for is no honest answer either: hash by hash, or by none, it would go on for ever.
    if (first * HASH_BYTES !== this.#filled || hashes.length !== this.#nextCount() * HASH_BYTES) {
      return this.#blame(device);
    }
    this.#layer.set(hashes, this.#filled);
    this.#filled += hashes.length;
    this.#ask(device);
  }

  /** A peer is gone, or will not give hashes. */
  lose(device: DeviceId): void {
    const at = this.#ready.indexOf(device);
    if (at === -1) return;
    this.#ready.splice(at, 1);
    if (at === 0) this.#begin();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#ready.length = 0;
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#filled = 0;
    const [device] = this.#ready;
    if (device !== undefined) this.#ask(device);
  }

  /** Asks for what is missing; where nothing is, checks it. */
  #ask(device: DeviceId): void {
    clearTimeout(this.#timer);
    if (this.#filled < this.#layer.length) {
      this.#timer = setTimeout(() => this.#passOver(device), LAYER_TIMEOUT_MS);
      this.#handlers.request(device, this.#filled / HASH_BYTES, this.#nextCount());
      return;
    }
    const tree = { geometry: this.#geometry, root: this.#root, layer: this.#layer };
    if (!verifyLayer(sha256, tree)) return this.#blame(device);
    this.close();
    this.#handlers.verified(tree);
  }

  /** Hashes that the next answer has to hold. */
  #nextCount(): number {
    return Math.min((this.#layer.length - this.#filled) / HASH_BYTES, MAX_LAYER_HASHES);
  }

  /** A silent peer gets another turn after all others. */
  #passOver(device: DeviceId): void {
    this.#ready.shift();
    this.#ready.push(device);
    this.#begin();
  }

  #blame(device: DeviceId): void {
    this.lose(device);
    this.#handlers.wrong(device);
  }
}
