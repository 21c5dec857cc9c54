/**
 * The keys of a cluster as its key file has them: the one that counts, and before it those that it followed. A file with
 * a single key is that of a cluster whose key was never rotated. Between the blocks, where PEM allows any text (RFC 7468
 * section 2), `cluster=` names the first key there ever was, and `since=` says when the key below took the place of the
 * one before.
 */
import { createPublicKey } from 'node:crypto';
import { parsePrivateKey, pemOf } from './private-key.js';
import { publicKeyId } from './public-key.js';

export interface DatedKey {
  /** SHA-256 of the public key, 64 hex digits. */
  readonly id: string;
  /** PKCS8. */
  readonly privateKeyPem: string;
  /** When it took the place of the key before it, ms; undefined: it is the first one. */
  readonly since: number | undefined;
}

export interface KeyHistory {
  /** Id of the first key, whether it is still among `keys` or not. */
  readonly first: string;
  /** At least one, the newest first. */
  readonly keys: readonly DatedKey[];
}

const BEGIN = '-----BEGIN PRIVATE KEY-----';
const END = '-----END PRIVATE KEY-----';

export function formatKeyHistory({ first, keys }: KeyHistory): string {
  const blocks = keys.map(({ privateKeyPem, since }) =>
    since === undefined ? privateKeyPem : `since=${new Date(since).toISOString()}\n${privateKeyPem}`,
  );
  return `cluster=sha256:${first}\n${blocks.join('')}`;
}

/** Undefined where a key is no Ed25519 key, or it isn't said which one follows which. Other text is passed over. */
export function parseKeyHistory(text: string): KeyHistory | undefined {
  const blocks = blocksOf(text);
  const keys = blocks.map(keyOf);
  const named = blocks.map(({ cluster }) => cluster).find((cluster) => cluster !== undefined);
  const oldest = keys.at(-1);
  const isFirst = oldest?.since === undefined;
  const first = named ?? (isFirst ? oldest?.id : undefined);
  if (!keys.every((key) => key !== undefined) || first === undefined) return undefined;
  const history = { first, keys };
  return isInOrder(history) && (!isFirst || oldest?.id === first) ? history : undefined;
}

/** A key that comes later takes the place of one that came before; should two come at once, their ids decide. */
export function compareKeys(one: DatedKey, other: DatedKey): number {
  return (one.since ?? 0) - (other.since ?? 0) || (one.id < other.id ? -1 : Number(one.id > other.id));
}

function isInOrder({ keys }: KeyHistory): boolean {
  return keys.every((key, index) => {
    const before = keys[index + 1];
    return before === undefined || (key.since !== undefined && compareKeys(key, before) > 0);
  });
}

/** A private key, and what is said above it. */
interface Block {
  pem: string;
  since?: string;
  cluster?: string;
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let next: Block = { pem: '' };
  let inside = false;
  for (const line of text.split('\n').map((raw) => raw.trimEnd())) {
    inside ||= line === BEGIN;
    if (inside) next.pem += `${line}\n`;
    else takeField(line, next);
    if (!inside || line !== END) continue;
    blocks.push(next);
    next = { pem: '' };
    inside = false;
  }
  // What has begun and not ended makes the file a damaged one.
  return inside ? [...blocks, next] : blocks;
}

function takeField(line: string, block: Block): void {
  const cluster = /^cluster=sha256:([0-9a-f]{64})$/.exec(line)?.[1];
  if (cluster !== undefined) block.cluster = cluster;
  if (line.startsWith('since=')) block.since = line.slice('since='.length);
}

function keyOf({ pem, since }: Block): DatedKey | undefined {
  const key = parsePrivateKey(pem);
  const time = since === undefined ? undefined : Date.parse(since);
  if (key === undefined || Number.isNaN(time) || (time ?? 0) < 0) return undefined;
  return { id: publicKeyId(createPublicKey(key)), privateKeyPem: pemOf(key), since: time };
}
