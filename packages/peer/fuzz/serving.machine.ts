/**
 * Downloaders that ask a sharer for anything at all: they get bytes of the file and no others, and only where they have
 * shown a grant for its group; somebody honest is served; nothing of theirs is left when they have gone.
 */
import { type Dice, encodeScript, hold, type Step, type Target, VirtualTime } from '@p2p/fuzzing';
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
  peerHello,
  readDataFrame,
  serverMessage,
} from '@p2p/protocol';
import type { Connection } from '@p2p/transport';
import type { ServingPeer } from '../src/sharing/serving-peer.js';
import { SharedContent } from '../src/sharing/shared-content.js';
import { type Ended, framesOf, machineOf, packed } from './machine.js';
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
  PIECE_BYTES,
  root,
  Sharer,
  source,
  tree,
} from './shared-file.js';

const own = deviceOf('a');
const honest = deviceOf('b');
/** Who is at the other end of each connection. */
const devices = [deviceOf('d'), deviceOf('d'), deviceOf('e')];
/** Longer than it takes to notice who takes nothing, and to go on without him. */
const PATIENCE_MS = 10_000;
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
const everything: [number, number][] = [[0, tree.geometry.pieceCount]];
const runs = [
  everything,
  everything,
  [[0, 1]],
  [[1, 3]],
  [
    [0, 1],
    [2, 3],
  ],
  [[2, 4]],
];
const frame = framesOf(downloaderMessage, {
  grant: grants,
  role: ['download', 'download', 'serve'],
  channel: [0, 1, 2],
  request: [0, 1, 2, 3],
  group: [films, films, music],
  root: [root, root, '0'.repeat(64)],
  first: [0, 0, 1, 3],
  count: [1, 2, 3, 4],
  add: runs,
  spare: runs,
  remove: runs,
  received: [0, 0, 100, PIECE_BYTES, 2 * PIECE_BYTES, bytes.length],
  credit: [PIECE_BYTES, 2 * PIECE_BYTES, 20_000, bytes.length, Number.MAX_SAFE_INTEGER],
});

function generate(dice: Dice): Uint8Array {
  const lanes = 1 + dice.below(devices.length);
  const beginnings = Array.from({ length: lanes }, (_, lane): Step[] => {
    const grant = grantText(grantOf(devices[lane] as DeviceId, films, nowMs));
    const hello = packed({ type: 'hello', protocol: 1, role: 'download', grant });
    const open = packed({ type: 'open', channel: 0, group: films, root });
    const credit = packed({ type: 'credit', channel: 0, received: 0, credit: 10 * bytes.length, clock: 0 });
    return [
      { kind: 0, lane, payload: dice.chance(0.9) ? hello : frame(dice) },
      { kind: 0, lane, payload: dice.chance(0.8) ? open : frame(dice) },
      { kind: 0, lane, payload: dice.chance(0.8) ? credit : frame(dice) },
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
  /** By channel: what it has allowed, what it was sent, and where the next byte of the piece that comes would lie. */
  readonly #credits = new Map<number, number>();
  readonly #got = new Map<number, number>();
  readonly #next = new Map<number, number>();
  #reopened = false;
  #openings = 0;
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
    const said = decodeMessage(downloaderMessage, payload);
    if (said.ok && said.message.type === 'credit') this.#allow(said.message.channel, said.message.credit);
    if (said.ok && said.message.type === 'open') this.#reopened ||= ++this.#openings > 1;
    const shown = [decodeMessage(peerHello, payload), said];
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
    this.#count(data.channel, data.offset, data.bytes.length);
  }

  #allow(channel: number, credit: number): void {
    this.#credits.set(channel, Math.max(credit, this.#credits.get(channel) ?? 0));
  }

  #count(channel: number, offset: number, byteCount: number): void {
    this.gotBytes += byteCount;
    const got = (this.#got.get(channel) ?? 0) + byteCount;
    this.#got.set(channel, got);
    // A channel may have been opened again, and then all of it counts anew; it says the more of a single one.
    hold(this.#reopened || got <= (this.#credits.get(channel) ?? 0), 'nothing is sent beyond the credit');
    const isInOrder = offset % PIECE_BYTES === 0 || offset === this.#next.get(channel);
    hold(isInOrder, 'a piece comes from its start, in order');
    const pieceEnd = Math.floor(offset / PIECE_BYTES + 1) * PIECE_BYTES;
    hold(offset + byteCount <= pieceEnd, 'no frame crosses the end of a piece');
    this.#next.set(channel, offset + byteCount);
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

/** A sharer to whom things happen. */
class ChangingSharer extends Sharer {
  #partial = SharedContent.partial(tree, source);
  #nextPiece = 0;

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
  downloader.say(encodeMessage({ type: 'offer', channel: 7, add: everything }));
  for (let waited = 0; waited < PATIENCE_MS && downloader.gotBytes < bytes.length; waited += 250) {
    const received = downloader.gotBytes;
    const credit = { type: 'credit', channel: 7, received, credit: 2 * bytes.length, clock: time.nowMs };
    downloader.say(encodeMessage(credit));
    await time.advance(250);
  }
  hold(downloader.gotBytes === bytes.length, 'an honest downloader is served');
  downloader.close();
}

async function converse(time: VirtualTime, steps: readonly Step[]): Promise<Ended> {
  const sharer = new ChangingSharer(() => time.nowMs);
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
  return { served: all.map(({ served }) => served), wasHeard: all.some(({ isGreeted }) => isGreeted) };
}

export const targets: readonly Target[] = [
  machineOf({
    name: 'serving-peer',
    executions: 60_000,
    maxSteps: 300,
    maxFrameBytes: MAX_REQUEST_FRAME_BYTES,
    maxBytes: 1024 * 1024,
    generate,
    converse,
  }),
];
