/** A succession: the word of a cluster's key that another key takes its place. Whoever knew the first follows. */
import { clusterId, MAX_SUCCESSION_BYTES, timeMs } from '@p2p/protocol';
import * as z from 'zod';
import { type Signer, signStatement, verifyStatement } from './statement.js';

const TYPE = 'p2p-succession+jwt';

const succession = z.object({
  /** Fingerprint of the key that signs. */
  from: clusterId,
  /** Fingerprint of the key that follows. */
  to: clusterId,
  /** When, in milliseconds by the clock of the tracker that made it. */
  at: timeMs,
});
export type Succession = z.infer<typeof succession>;

/** `to`: fingerprint of the key that takes the signer's place. */
export function signSuccession(signer: Signer, { to, at }: Pick<Succession, 'to' | 'at'>): Promise<string> {
  return signStatement(signer, TYPE, { iss: signer.id, sub: to, at });
}

/** What `text` says, where `trusts` knows the key that has signed it; undefined otherwise. */
export async function verifySuccession(
  text: string,
  trusts: (signer: string) => boolean,
): Promise<Succession | undefined> {
  if (text.length > MAX_SUCCESSION_BYTES) return undefined;
  const verified = await verifyStatement(text, trusts, { typ: TYPE, requiredClaims: ['sub'] });
  if (verified === undefined) return undefined;
  const { sub: to, at } = verified.claims;
  const parsed = succession.safeParse({ from: verified.signer, to, at });
  return parsed.success ? parsed.data : undefined;
}

/**
 * What these statements say one after the other, oldest first, where each is signed by the key that the one before it
 * names, and no key comes up twice; undefined otherwise. Whether the first signer is trusted is for the caller to say.
 */
export async function verifySuccessions(texts: readonly string[]): Promise<readonly Succession[] | undefined> {
  const chain: Succession[] = [];
  const keys = new Set<string>();
  for (const text of texts) {
    const before = chain.at(-1);
    const next = await verifySuccession(text, (signer) => before === undefined || signer === before.to);
    if (next === undefined) return undefined;
    chain.push(next);
    keys.add(next.from).add(next.to);
  }
  return chain.length === 0 || keys.size === chain.length + 1 ? chain : undefined;
}
