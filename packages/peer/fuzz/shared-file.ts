/** A small file of three pieces, the group it is shared in, and what lets a device have it. */
import {
  type ContentRoot,
  type DeviceId,
  deviceId,
  type FileId,
  fileId,
  GRANT_MS,
  type GroupId,
  groupId,
  incarnationId,
  sessionId,
  userId,
} from '@p2p/protocol';
import type { Grant } from '@p2p/statements';
import { ContentHasher } from '@p2p/swarm';
import { type Connection, memoryPair } from '@p2p/transport';
import { Library } from '../src/library/library.js';
import type { ByteSource } from '../src/sharing/byte-source.js';
import { Gatekeeper } from '../src/sharing/gatekeeper.js';
import { PooledBuffers } from '../src/sharing/pooled-buffers.js';
import { RateLimiter } from '../src/sharing/rate-limiter.js';
import { ServingPeer } from '../src/sharing/serving-peer.js';
import { sha256 } from '../src/sharing/sha256.js';
import { SharedContent } from '../src/sharing/shared-content.js';
import { UploadFloor } from '../src/sharing/upload-floor.js';

/** The least that there is, so that a whole download is a matter of a moment. */
export const PIECE_BYTES = 16_384;
export const bytes = Uint8Array.from({ length: 2 * PIECE_BYTES + 100 }, (_, at) => (at * 31 + (at >> 8)) & 0xff);

const hasher = new ContentHasher(sha256, bytes.length, PIECE_BYTES);
hasher.update(bytes);
export const tree = hasher.finish();
export const root = Buffer.from(tree.root).toString('hex') as ContentRoot;

export const films: GroupId = groupId.parse(`${'f'.repeat(64)}.1`);
export const music: GroupId = groupId.parse(`${'f'.repeat(64)}.2`);
export const film: FileId = fileId.parse(`${'f'.repeat(64)}.3`);
export const cluster = 'c'.repeat(64);
export const deviceOf = (digit: string): DeviceId => deviceId.parse(digit.repeat(64));

/** The file as somebody has it who is honest. */
export const source: ByteSource = {
  async read(offset, target) {
    target.set(bytes.subarray(offset, offset + target.length));
    return true;
  },
};

export const noLimit = (): RateLimiter => new RateLimiter(0, () => 0);

/** What a member's grant says. */
export function grantOf(device: DeviceId, group: GroupId, now: number): Grant {
  return {
    device,
    group,
    user: userId.parse(`${device}.1`),
    session: sessionId.parse(device),
    since: { time: now - 60_000, count: 0, incarnation: incarnationId.parse(`1.${'0'.repeat(16)}`) },
    expires: now + GRANT_MS,
  };
}

/** A grant in the form in which statements are made where there are no signatures: see `instead` of @p2p/statements. */
export function grantText({ device, expires, ...rest }: Grant, signer = cluster): string {
  const claims = { sub: device, exp: Math.floor(expires / 1_000), ...rest };
  return JSON.stringify({ typ: 'p2p-grant+jwt', signer, claims });
}

/** Two ends of a connection: of who dials with this key, and of who is dialled. */
export function connected(dialling: DeviceId, dialled: DeviceId): [Connection, Connection] {
  const remote = (key: string) => ({ key, host: 'memory', port: 1 });
  return memoryPair(remote(dialling), remote(dialled));
}

/** Somebody who shares the file, and goes by grants of the cluster. */
export class Sharer {
  readonly library = new Library();
  readonly gatekeeper: Gatekeeper;
  readonly serving: ServingPeer;

  constructor(now: () => number) {
    const { library } = this;
    this.gatekeeper = new Gatekeeper({ trusts: (key) => key === cluster, now, isConnected: () => true });
    this.serving = new ServingPeer({
      library,
      uploads: new UploadFloor({ limiter: noLimit(), buffers: new PooledBuffers(), now, random: () => 0.5 }),
      gatekeeper: this.gatekeeper,
      changed: () => library.remove({ id: film, user: 'ann' }),
    });
    this.share(SharedContent.whole(tree, source));
  }

  share(content: SharedContent): void {
    this.library.setUser('ann');
    this.library.put({ id: film, group: films, groupName: 'films', name: 'a', user: 'ann', root, content });
  }
}
