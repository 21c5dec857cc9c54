/**
 * Downloaders that ask a sharer for anything at all: they get bytes of the file and no others, and only where they have
 * shown a grant for its group; somebody honest is served; nothing of theirs is left when they have gone.
 */
import {
  type Dice,
  decodeScript,
  encodeScript,
  hold,
  knownFields,
  mutateConversation,
  mutateValue,
  type Step,
  type Target,
  VirtualTime,
  valuesOf,
} from '@p2p/fuzzing';
import {
  type DeviceId,
  decodeMessage,
  downloaderMessage,
  encodeMessage,
  isDataFrame,
  MAX_DOWNLOADER_BACKLOG_BYTES,
  MAX_HELLO_FRAME_BYTES,
  MAX_PEER_FRAME_BYTES,
  MAX_REPLY_VALUES,
  MAX_REQUEST_FRAME_BYTES,
  pack,
  peerHello,
  readDataFrame,
  serverMessage,
  unpack,
} from '@p2p/protocol';
import type { Connection } from '@p2p/transport';
import { Library } from '../src/library/library.js';
import { Gatekeeper } from '../src/sharing/gatekeeper.js';
import { ServingPeer } from '../src/sharing/serving-peer.js';
import { SharedContent } from '../src/sharing/shared-content.js';
import {
  bytes,
  cluster,
  connected,
  deviceOf,
  film,
  films,
  grantOf,
  grantText,
  music,
  noLimit,
  root,
  source,
  tree,
} from './shared-file.js';

const bounds = { maxSteps: 300, maxBytes: MAX_REQUEST_FRAME_BYTES, codec: { pack, unpack } };
const own = deviceOf('a');
const honest = deviceOf('b');
/** Who is at the other end of each connection. */
const devices = [deviceOf('d'), deviceOf('d'), deviceOf('e')];
const FAREWELL_MS = 60_000;
const { nowMs } = new VirtualTime();

/** What a step does; whatever else it says is a frame. */
const closes = 1;
const waits = 2;
const stopsReading = 3;
const readsAgain = 4;
/** Something happens to the sharer: the payload's first byte says what. */
const turns = 5;

const expired = { ...grantOf(devices[0] as DeviceId, films, nowMs), expires: nowMs - 1_000 };
const grants = [
  ...devices.map((device) => grantText(grantOf(device, films, nowMs))),
  grantText(grantOf(devices[0] as DeviceId, music, nowMs)),
  grantText(expired),
  grantText(grantOf(devices[0] as DeviceId, films, nowMs), 'e'.repeat(64)),
  '',
];
const known = knownFields([peerHello, downloaderMessage], {
  grant: grants,
  protocol: [1],
  role: ['download', 'download', 'serve'],
  channel: [0, 1, 2],
  request: [0, 1, 2, 3],
  group: [films, films, music],
  root: [root, root, '0'.repeat(64)],
  first: [0, 0, 1, 3],
  count: [1, 2, 3, 4],
  ranges: [
    [0, 100],
    [0, bytes.length],
    [100, 20_000],
    [bytes.length - 1, bytes.length],
    [0, bytes.length + 1],
  ],
});
const messages = valuesOf(downloaderMessage, known);
const hellos = valuesOf(peerHello, known);
const packed = (value: unknown) => new Uint8Array(pack(value));

function frame(dice: Dice): Uint8Array {
  const value = dice.chance(0.95) ? messages(dice) : hellos(dice);
  return packed(dice.chance(0.1) ? mutateValue(dice, value, messages(dice)) : value);
}

function generate(dice: Dice): Uint8Array {
  const lanes = 1 + dice.below(devices.length);
  const beginnings = Array.from({ length: lanes }, (_, lane): Step[] => {
    const grant = grantText(grantOf(devices[lane] as DeviceId, films, nowMs));
    const hello = packed({ type: 'hello', protocol: 1, role: 'download', grant });
    const open = packed({ type: 'open', channel: 0, group: films, root });
    return [
      { kind: 0, lane, payload: dice.chance(0.9) ? hello : frame(dice) },
      { kind: 0, lane, payload: dice.chance(0.8) ? open : frame(dice) },
    ];
  });
  const steps = Array.from({ length: dice.below(14) }, (): Step => {
    const kind = dice.chance(0.8) ? 0 : 1 + dice.below(5);
    const payload = kind === turns && dice.chance(0.5) ? Uint8Array.of(4) : dice.bytes(1);
    return { kind, lane: dice.below(lanes), payload: kind === 0 ? frame(dice) : payload };
  });
  // A file that is still being fetched, or one that has changed since it was hashed.
  const before = dice
    .pick([[], [], [], [3], [6]])
    .map((what) => ({ kind: turns, lane: 0, payload: Uint8Array.of(what) }));
  return encodeScript([...before, ...beginnings.flat(), ...steps]);
}

/** One who has dialled: what it hears is held against the file. */
class Downloader {
  readonly served: WeakRef<Connection>;
  readonly #connection: Connection;
  readonly device: DeviceId;
  #mayHave = false;
  gotBytes = 0;
  isGreeted = false;

  constructor(serving: ServingPeer, device: DeviceId) {
    const [here, there] = connected(device, own);
    this.#connection = here;
    this.device = device;
    this.served = new WeakRef(there);
    there.setMaxFrameBytes(MAX_HELLO_FRAME_BYTES);
    here.start({ frame: (heard) => this.#hear(heard), closed: () => undefined });
    serving.accept(there);
  }

  get isOpen(): boolean {
    return !this.#connection.closed;
  }

  say(payload: Uint8Array): void {
    if (payload.length === 0) return;
    const shown = [decodeMessage(peerHello, payload), decodeMessage(downloaderMessage, payload)];
    // What is worth nothing is shown as well, so that this says who may have something, and not who has it.
    this.#mayHave ||= shown.some(
      (one) => one.ok && 'grant' in one.message && isWorthSomething(one.message.grant, this.device),
    );
    this.#connection.send(payload);
  }

  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  close(): void {
    this.#connection.close();
  }

  #hear(heard: Uint8Array): void {
    if (!isDataFrame(heard)) {
      const hello = decodeMessage(peerHello, heard).ok;
      this.isGreeted ||= hello;
      return hold(
        hello || decodeMessage(serverMessage, heard, MAX_REPLY_VALUES).ok,
        'a sharer says what is understood',
      );
    }
    const data = readDataFrame(heard);
    hold(data !== undefined, 'bytes come in data frames');
    const truth = bytes.subarray(data.offset, data.offset + data.bytes.length);
    hold(Buffer.from(data.bytes).equals(truth), 'bytes are those of the file');
    hold(this.#mayHave, 'nobody gets a byte without a grant');
    this.gotBytes += data.bytes.length;
  }
}

/** The device's own, by the cluster, and for the group in which the file is: by the text alone. */
function isWorthSomething(grant: string | undefined, device: DeviceId): boolean {
  try {
    const { signer, claims } = JSON.parse(grant ?? '');
    return signer === cluster && claims.sub === device;
  } catch {
    return false;
  }
}

class Sharer {
  readonly library = new Library();
  readonly gatekeeper: Gatekeeper;
  readonly serving: ServingPeer;
  #partial = SharedContent.partial(tree, source);
  #nextPiece = 0;

  constructor(time: VirtualTime) {
    const now = () => time.nowMs;
    this.gatekeeper = new Gatekeeper({ trusts: (key) => key === cluster, now, isConnected: () => true });
    const changed = () => this.library.remove({ id: film, user: 'ann' });
    const { library, gatekeeper } = this;
    this.serving = new ServingPeer({ library, limiter: noLimit(), gatekeeper, changed });
    this.share(SharedContent.whole(tree, source));
  }

  share(content: SharedContent): void {
    this.library.setUser('ann');
    this.library.put({ id: film, group: films, groupName: 'films', name: 'a', user: 'ann', root, content });
  }

  /** What may happen to whoever shares. */
  turn(what: number): void {
    switch (what % 8) {
      case 0:
        return this.library.setUser(undefined);
      case 1:
        return this.library.setUser('ann');
      case 2:
        return this.library.remove({ id: film, user: 'ann' });
      case 3:
        this.#partial = SharedContent.partial(tree, source);
        this.#nextPiece = 0;
        return this.share(this.#partial);
      case 4:
        if (this.#nextPiece < tree.geometry.pieceCount) this.#partial.addPiece(this.#nextPiece++);
        return;
      case 5:
        return this.gatekeeper.end([{ what: 'session', session: grantOf(devices[0] as DeviceId, films, 0).session }]);
      case 6:
        return this.share(SharedContent.whole(tree, { read: async () => false }));
      default:
        return this.share(SharedContent.whole(tree, source));
    }
  }
}

/** Somebody with nothing in mind gets what it asks for, whatever others do. */
async function serveHonest({ serving }: Sharer, time: VirtualTime): Promise<void> {
  const downloader = new Downloader(serving, honest);
  const grant = grantText(grantOf(honest, films, time.nowMs));
  downloader.say(encodeMessage({ type: 'hello', protocol: 1, role: 'download', grant }));
  downloader.say(encodeMessage({ type: 'open', channel: 7, group: films, root }));
  downloader.say(encodeMessage({ type: 'request', channel: 7, request: 1, ranges: [[0, bytes.length]] }));
  await time.settle();
  hold(downloader.gotBytes === bytes.length, 'an honest downloader is served');
  downloader.close();
}

let last: { readonly sharer: Sharer; readonly served: readonly WeakRef<object>[] } | undefined;

async function converse(time: VirtualTime, steps: readonly Step[]): Promise<boolean> {
  const sharer = new Sharer(time);
  const lanes = new Map<number, Downloader>();
  const all: Downloader[] = [];
  for (const { kind, lane: number, payload } of steps) {
    const device = devices[number % devices.length] as DeviceId;
    const open = lanes.get(number % devices.length);
    const lane = open?.isOpen === true ? open : new Downloader(sharer.serving, device);
    if (lane !== open) all.push(lane);
    lanes.set(number % devices.length, lane);
    if (kind === closes) lane.close();
    else if (kind === stopsReading) lane.pause();
    else if (kind === readsAgain) lane.resume();
    else if (kind === waits) await time.advance(4 ** ((payload[0] ?? 0) % 9));
    else if (kind === turns) {
      await time.settle();
      sharer.turn(payload[0] ?? 0);
    } else lane.say(payload);
  }
  await time.settle();
  for (const { served } of all) {
    const buffered = served.deref()?.bufferedBytes ?? 0;
    hold(buffered <= MAX_DOWNLOADER_BACKLOG_BYTES + MAX_PEER_FRAME_BYTES, 'what nobody takes is not kept for ever');
  }
  sharer.share(SharedContent.whole(tree, source));
  await serveHonest(sharer, time);
  for (const lane of all) {
    lane.resume();
    lane.close();
  }
  await time.advance(FAREWELL_MS);
  hold(time.pendingTimers === 0, () => `no timer is left behind: ${time.pendingTimers}`);
  last = { sharer, served: all.map(({ served }) => served) };
  return all.some(({ isGreeted }) => isGreeted);
}

const serving: Target = {
  name: 'serving-peer',
  kind: 'machine',
  executions: 250_000,
  maxBytes: 1024 * 1024,
  generate,
  mutate: (dice, parents) => mutateConversation(dice, parents, bounds),
  run: async (input) => {
    const time = new VirtualTime();
    time.install();
    try {
      return await converse(time, decodeScript(input, bounds.maxSteps));
    } finally {
      time.uninstall();
    }
  },
  checkReleased: () => {
    hold(last?.served.every((served) => served.deref() === undefined) !== false, 'who has gone is forgotten');
  },
};

export const targets: readonly Target[] = [serving];
