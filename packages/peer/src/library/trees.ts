/** The content trees of all shares and downloads, each once: in memory, and in the store where it has a piece layer. */
import type { ContentRoot } from '@p2p/protocol';
import { type ContentTree, geometryOf, layerBytesOf } from '@p2p/swarm';
import type { RecordChange } from './record-store.js';
import { treeKey, writeTree } from './share-records.js';

/** What a tree is known by. */
export interface TreeName {
  readonly root: ContentRoot;
  readonly bytes: number;
  readonly pieceLength: number;
}

export class Trees {
  readonly #byKey: Map<string, ContentTree>;
  /** Keys of those that the store holds, or is about to. */
  readonly #stored: Set<string>;

  /** `known` are those that the store holds, by their keys. */
  constructor(known: ReadonlyMap<string, ContentTree>) {
    this.#byKey = new Map(known);
    this.#stored = new Set(known.keys());
  }

  /** Undefined where its layer isn't known. A file of at most one piece has none but its root. */
  get(name: TreeName): ContentTree | undefined {
    const geometry = geometryOf(name.bytes, name.pieceLength);
    const root = Buffer.from(name.root, 'hex');
    if (layerBytesOf(geometry) === 0) return { geometry, root, layer: new Uint8Array() };
    return this.#byKey.get(treeKey(name));
  }

  /** The tree as it is held already, or this one from now on. */
  hold(tree: ContentTree): ContentTree {
    if (tree.layer.length === 0) return tree;
    const key = treeKey(nameOf(tree));
    const held = this.#byKey.get(key) ?? tree;
    this.#byKey.set(key, held);
    return held;
  }

  /** What is to be written with whatever refers to this tree: nothing where the store has it. */
  changesFor(tree: ContentTree): readonly RecordChange[] {
    const key = treeKey(nameOf(tree));
    if (tree.layer.length === 0 || this.#stored.has(key)) return [];
    this.hold(tree);
    this.#stored.add(key);
    return [[key, writeTree(tree)]];
  }
}

export function nameOf({ root, geometry }: ContentTree): TreeName {
  // 32 bytes in hex are what a root is.
  return {
    root: Buffer.from(root).toString('hex') as ContentRoot,
    bytes: geometry.bytes,
    pieceLength: geometry.pieceLength,
  };
}
