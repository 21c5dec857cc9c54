/** A sharer gives nothing to whoever shows no grant for it, and stops in the middle when it has ended. */
import {
  type DeviceId,
  type DownloaderMessage,
  decodeMessage,
  encodeMessage,
  type FileId,
  GRANT_MS,
  type GroupId,
  isDataFrame,
  MAX_GRANTS_PER_CONNECTION,
  MIN_BLOCK_BYTES,
  PROTOCOL_VERSION,
  peerHello,
  type ServerMessage,
  serverMessage,
} from '@p2p/protocol';
import { signGrant } from '@p2p/statements';
import { ContentHasher, pieceLengthFor } from '@p2p/swarm';
import { type CloseReason, memoryPair } from '@p2p/transport';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Library } from '../src/library/library.js';
import type { ByteSource } from '../src/sharing/byte-source.js';
import { Gatekeeper } from '../src/sharing/gatekeeper.js';
import { ServingPeer } from '../src/sharing/serving-peer.js';
import { sha256 } from '../src/sharing/sha256.js';
import { SharedContent } from '../src/sharing/shared-content.js';
import { patternBytes } from './pattern-bytes.js';
import { cluster, grantOf, newSigner, noon, signed } from './test-grants.js';
import { uploadsWithoutLimit } from './test-uploads.js';

const device = 'd'.repeat(64) as DeviceId;
const films = `${'f'.repeat(64)}.1` as GroupId;
const music = `${'f'.repeat(64)}.2` as GroupId;
const bytes = patternBytes(300_000);
/** What is sent to somebody of whom nothing is known. */
const BLOCK_BYTES = MIN_BLOCK_BYTES;

let now: number;
let serving: ServingPeer;
let gatekeeper: Gatekeeper;
let root: string;
/** Holds a read of the file back until it is called. */
let readGate: Promise<void>;

beforeEach(() => {
  now = noon;
  readGate = Promise.resolve();
  const library = new Library();
  library.setUser('ann');
  const hasher = new ContentHasher(sha256, bytes.length, pieceLengthFor(bytes.length));
  hasher.update(bytes);
  const tree = hasher.finish();
  root = Buffer.from(tree.root).toString('hex');
  const source: ByteSource = {
    async read(offset, target) {
      await readGate;
      target.set(bytes.subarray(offset, offset + target.length));
      return true;
    },
  };
  for (const [index, group] of [films, music].entries()) {
    const id = `${'a'.repeat(64)}.${index}` as FileId;
    const content = SharedContent.whole(tree, source);
    library.put({ id, group, groupName: group, name: 'a.bin', user: 'ann', root, content });
  }
  gatekeeper = new Gatekeeper({ trusts: (key) => key === cluster.id, now: () => now, isConnected: () => true });
  serving = new ServingPeer({ library, uploads: uploadsWithoutLimit(), gatekeeper, changed: () => undefined });
  onTestFinished(() => serving.close());
});

/** Somebody who has dialled, with what it hears. */
class Downloader {
  readonly heard: (ServerMessage | 'hello' | 'bytes')[] = [];
  readonly closed: Promise<CloseReason>;
  readonly #connection;
  #waiting: { until: () => boolean; resolve: () => void }[] = [];

  constructor(key: string = device) {
    const remote = { key, host: 'memory', port: 1 };
    const [here, there] = memoryPair(remote, { ...remote, key: 'e'.repeat(64) });
    this.#connection = here;
    serving.accept(there);
    this.closed = new Promise((resolve) => here.start({ frame: (frame) => this.#hear(frame), closed: resolve }));
  }

  hello(grant?: string): void {
    const shown = grant === undefined ? {} : { grant };
    this.#connection.send(encodeMessage({ type: 'hello', protocol: PROTOCOL_VERSION, role: 'download', ...shown }));
  }

  say(...messages: DownloaderMessage[]): void {
    for (const message of messages) this.#connection.send(encodeMessage(message));
  }

  open(channel: number, group: GroupId): void {
    this.say({ type: 'open', channel, group, root: root as never });
  }

  /** Would take one block of the file, or one more. */
  take(channel: number, received = 0): void {
    this.say({ type: 'credit', channel, received, credit: received + BLOCK_BYTES, clock: 0 });
    this.say({ type: 'offer', channel, add: [[0, 1]] });
  }

  /** Resolves when something of this kind has been heard. */
  hears(wanted: string): Promise<void> {
    return this.#when(() => this.kinds.includes(wanted));
  }

  get kinds(): string[] {
    return this.heard.map((message) => {
      if (typeof message === 'string') return message;
      return message.type === 'refused' ? `refused ${message.channel} ${message.reason}` : message.type;
    });
  }

  #when(until: () => boolean): Promise<void> {
    if (until()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ until, resolve }));
  }

  #hear(frame: Uint8Array): void {
    const message = decodeMessage(serverMessage, frame);
    if (isDataFrame(frame)) this.heard.push('bytes');
    else if (decodeMessage(peerHello, frame).ok) this.heard.push('hello');
    else if (message.ok) this.heard.push(message.message);
    const due = this.#waiting.filter(({ until }) => until());
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting));
    for (const { resolve } of due) resolve();
  }
}

/** As long as it takes until everything that is under way has been said. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function greeted(): Promise<Downloader> {
  const downloader = new Downloader();
  downloader.hello(await signed(device, films));
  await downloader.hears('hello');
  return downloader;
}

describe('a hello', () => {
  const worthless: Record<string, () => Promise<string | undefined>> = {
    'without a grant': async () => undefined,
    'with the grant of another device': () => signed('e'.repeat(64) as DeviceId, films),
    'with one by a stranger': () => signGrant(newSigner(), grantOf(device, films)),
    'with one that has ended': () => signed(device, films, { expires: noon - 1_000 }),
    'with one that lasts too long': () => signed(device, films, { expires: noon + 10 * GRANT_MS }),
  };

  test.each(Object.entries(worthless))('%s is not answered', async (_what, grant) => {
    const downloader = new Downloader();
    downloader.hello(await grant());
    downloader.open(1, films);
    expect(await downloader.closed).toEqual({ kind: 'ended' });
    expect(downloader.heard).toEqual([]);
  });
});

describe('a channel', () => {
  test('opens with a grant for its group, and bytes come', async () => {
    const downloader = await greeted();
    downloader.open(1, films);
    downloader.take(1);
    await downloader.hears('bytes');
    expect(downloader.kinds).toEqual(['hello', 'opened', 'bytes']);
  });

  test('is refused in another group, though the same content is shared there', async () => {
    const downloader = await greeted();
    downloader.open(1, music);
    downloader.take(1);
    downloader.say({ type: 'layer', channel: 1, request: 1, first: 0, count: 1 });
    await downloader.hears('rejected');
    await settled();
    expect(downloader.kinds).toEqual(['hello', 'refused 1 not_allowed', 'rejected']);
  });

  test('opens in another group behind a grant for it, and not behind one that is worth nothing', async () => {
    const downloader = await greeted();
    downloader.say({ type: 'grant', grant: await signGrant(newSigner(), grantOf(device, music)) });
    downloader.open(1, music);
    downloader.say({ type: 'grant', grant: await signed(device, music) });
    downloader.open(2, music);
    await downloader.hears('opened');
    expect(downloader.kinds).toEqual(['hello', 'refused 1 not_allowed', 'opened']);
  });
});

test('grants for so many groups are kept, and no more', async () => {
  const downloader = await greeted();
  const other = (number: number) => `${'b'.repeat(64)}.${number}` as GroupId;
  for (let number = 2; number <= MAX_GRANTS_PER_CONNECTION; number++) {
    downloader.say({ type: 'grant', grant: await signed(device, other(number)) });
  }
  downloader.say({ type: 'grant', grant: await signed(device, music) });
  downloader.open(1, music);
  downloader.open(2, other(MAX_GRANTS_PER_CONNECTION));
  await downloader.hears('refused 2 not_shared');
  expect(downloader.kinds).toEqual(['hello', 'refused 1 not_allowed', 'refused 2 not_shared']);
  // One that takes another's place needs no room.
  downloader.say({ type: 'grant', grant: await signed(device, films, { expires: noon + GRANT_MS - 1_000 }) });
  downloader.open(3, films);
  await downloader.hears('opened');
});

describe('when it has ended', () => {
  const { user, since } = grantOf(device, films);
  const before = { ...since, time: noon };
  const membershipEnd = { what: 'membership', group: films, user, before } as const;

  test('the only grant: the connection is cut, and what is being read is not sent any more', async () => {
    const downloader = await greeted();
    let letRead: () => void = () => undefined;
    readGate = new Promise((resolve) => {
      letRead = resolve;
    });
    downloader.open(1, films);
    downloader.take(1);
    await downloader.hears('opened');
    gatekeeper.end([membershipEnd]);
    letRead();
    expect(await downloader.closed).toEqual({ kind: 'ended' });
    expect(downloader.kinds).toEqual(['hello', 'opened']);
  });

  test('one of two: its channels are closed, the others go on', async () => {
    const downloader = await greeted();
    downloader.say({ type: 'grant', grant: await signed(device, music) });
    downloader.open(1, films);
    downloader.open(2, music);
    downloader.take(1);
    await downloader.hears('bytes');
    gatekeeper.end([membershipEnd]);
    await downloader.hears('refused 1 not_allowed');
    downloader.take(1, BLOCK_BYTES);
    downloader.take(2);
    downloader.open(3, films);
    await downloader.hears('refused 3 not_allowed');
    await settled();
    expect(downloader.kinds.filter((kind) => kind === 'bytes')).toHaveLength(2);
  });

  test('by the clock: within a second, unless it was renewed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const patient = await greeted();
    const late = await greeted();
    now = noon + GRANT_MS / 2;
    patient.say({ type: 'grant', grant: await signed(device, films, { expires: now + GRANT_MS }) });
    patient.open(1, films);
    await patient.hears('opened');
    now = noon + GRANT_MS;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await late.closed).toEqual({ kind: 'ended' });
    patient.open(2, films);
    patient.take(2);
    await patient.hears('bytes');
  });

  test('while the sharer had no tracker: it is asked for when one is there', async () => {
    const downloader = await greeted();
    downloader.say({ type: 'grant', grant: await signed(device, music) });
    downloader.open(1, films);
    downloader.open(2, music);
    await downloader.hears('opened');
    await serving.catchUp(async (grants) => grants.flatMap(({ group }, at) => (group === films ? [at] : [])));
    await downloader.hears('refused 1 not_allowed');
    downloader.say({ type: 'grant', grant: await signed(device, films) });
    downloader.open(3, films);
    await downloader.hears('refused 3 not_allowed');
  });
});
