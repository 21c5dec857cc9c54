/**
 * The keys of the cluster that a client knows, as a chain: each has said which one follows it. Trust begins with one of
 * them and goes on to the last; those before it are what a tracker has told of its own past.
 */
import { KEY_OVERLAP_MS, MAX_PINNED_SUCCESSIONS } from '@p2p/protocol';
import { type Succession, verifySuccessions } from '@p2p/statements';

/** A statement, and what it says. */
export interface KeyLink extends Succession {
  readonly text: string;
}

export interface KeyChain {
  /** The key with which trust began; one of the chain, where there is one. */
  readonly pinned: string;
  /** Oldest first: each goes on from the key to which the one before leads. */
  readonly links: readonly KeyLink[];
}

/** What these statements say, where they are a chain; undefined otherwise. */
export async function readLinks(texts: readonly string[]): Promise<readonly KeyLink[] | undefined> {
  const successions = await verifySuccessions(texts);
  return successions?.map((succession, at) => ({ ...succession, text: texts[at] ?? '' }));
}

/** The key that follows all others. */
export function newestKey({ pinned, links }: KeyChain): string {
  return links.at(-1)?.to ?? pinned;
}

export function hasKey(chain: KeyChain, key: string): boolean {
  return key === chain.pinned || areAbout(chain.links, key);
}

/** Whether one of these statements names the key. */
export function areAbout(links: readonly KeyLink[], key: string): boolean {
  return links.some(({ from, to }) => from === key || to === key);
}

/** Whether a key is the newest, or one of those before it that still count at this time. */
export function isInForce(chain: KeyChain, key: string, now: number): boolean {
  const link = chain.links.find(({ from }) => from === key);
  return link === undefined ? key === newestKey(chain) : now < link.at + KEY_OVERLAP_MS;
}

/**
 * The chain with what these statements add to it: how it goes on from its newest key. Where nothing is known of what came
 * before that, and the statements are `vouched` for by a tracker that has shown the newest key, that too. The same chain
 * where they add nothing.
 */
export function extended(chain: KeyChain, links: readonly KeyLink[], vouched: boolean): KeyChain {
  const newest = newestKey(chain);
  const at = links.at(-1)?.to === newest ? links.length : links.findIndex(({ from }) => from === newest);
  if (at < 0) return chain;
  const before = vouched && chain.links.length === 0 ? links.slice(0, at) : [];
  const after = links.slice(at).filter(({ to }) => !hasKey(chain, to));
  // Whoever leads back to a key that was left behind leads nowhere.
  if (before.length + after.length === 0 || after.length < links.length - at) return chain;
  const all = [...before, ...chain.links, ...after].slice(-MAX_PINNED_SUCCESSIONS);
  return { pinned: areAbout(all, chain.pinned) ? chain.pinned : (all[0]?.from ?? newest), links: all };
}
