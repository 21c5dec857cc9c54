/**
 * Sharers that send anything at all to somebody who downloads: no byte that is not the file's is ever kept, and as soon as
 * somebody honest has the file it is there, whatever the others do.
 */
import { type Dice, encodeScript, hold, type Step, type Target, type VirtualTime } from '@p2p/fuzzing';
import { DATA_HEADER_BYTES, type DeviceId, MAX_PEER_FRAME_BYTES, serverMessage, writeDataHeader } from '@p2p/protocol';
import type { Connection } from '@p2p/transport';
import { FileFetch } from '../src/fetching/file-fetch.js';
import { GrantWallet } from '../src/fetching/grant-wallet.js';
import type { PartFile } from '../src/fetching/part-file.js';
import { PeerLinks } from '../src/fetching/peer-links.js';
import { HashingPool } from '../src/hashing/hashing-pool.js';
import { type KeepTask, keepPiece } from '../src/hashing/hashing-task.js';
import { type Ended, framesOf, machineOf, packed } from './machine.js';
import {
  bytes,
  connected,
  deviceOf,
  films,
  grantOf,
  grantText,
  noLimit,
  PIECE_BYTES,
  root,
  Sharer,
  tree,
} from './shared-file.js';

const own = deviceOf('a');
const honest = deviceOf('b');
const liars = [deviceOf('d'), deviceOf('e')];
/** Longer than it takes to notice that each of the liars is silent, and to ask somebody else for everything. */
const PATIENCE_MS = 120_000;

const hangsUp = 1;
const waits = 2;

const message = framesOf(serverMessage, {
  role: ['serve', 'serve', 'download'],
  request: [0, 1, 2, 3],
  first: [0, 0, 1],
  hashes: [tree.layer, tree.layer, tree.layer.slice(0, 32), new Uint8Array(96)],
  pieces: [0, 1, 2, 3, Uint8Array.of(0xe0), Uint8Array.of(0x80), new Uint8Array(1)],
});

/** Bytes of a piece, mostly the right ones; now and then with one that is wrong, or for another channel. */
function dataFrame(dice: Dice): Uint8Array {
  const piece = dice.below(3);
  const start = piece * PIECE_BYTES + dice.pick([0, 0, 0, 50]);
  const length = dice.pick([PIECE_BYTES, PIECE_BYTES, 50, 100]);
  const part = bytes.subarray(start, start + length);
  const frame = new Uint8Array(DATA_HEADER_BYTES + part.length);
  writeDataHeader(frame, dice.chance(0.9) ? 0 : dice.below(3), start);
  frame.set(part, DATA_HEADER_BYTES);
  if (dice.chance(0.2)) frame[DATA_HEADER_BYTES] = (frame[DATA_HEADER_BYTES] ?? 0) ^ 1;
  return frame;
}

const frame = (dice: Dice): Uint8Array => (dice.chance(0.4) ? dataFrame(dice) : message(dice));

function generate(dice: Dice): Uint8Array {
  const lanes = 1 + dice.below(liars.length);
  const beginnings = Array.from({ length: lanes }, (_, lane): Step[] =>
    [
      { type: 'hello', protocol: 1, role: 'serve' },
      { type: 'opened', channel: 0, complete: true },
      { type: 'layer_hashes', channel: 0, request: 0, first: 0, hashes: tree.layer },
    ]
      .filter(() => dice.chance(0.9))
      .map((said) => ({ kind: 0, lane, payload: packed(said) })),
  );
  const steps = Array.from({ length: dice.below(14) }, (): Step => {
    const kind = dice.chance(0.9) ? 0 : 1 + dice.below(2);
    return { kind, lane: dice.below(lanes), payload: kind === 0 ? frame(dice) : dice.bytes(1) };
  });
  return encodeScript([...beginnings.flat(), ...steps]);
}

/** A file in memory, in which every byte that is written is held against the truth. */
class Part {
  readonly #kept = new Uint8Array(bytes.length);

  async keep(piece: Omit<KeepTask, 'file'>): Promise<'kept' | 'wrong'> {
    const { is } = keepPiece({ ...piece, file: 0 }, (written, offset) => this.#write(written, offset));
    hold(is !== 'unwritable', 'memory can be written to');
    return is === 'kept' ? is : 'wrong';
  }

  #write(written: Uint8Array, offset: number): void {
    hold(Buffer.from(written).equals(bytes.subarray(offset, offset + written.length)), 'no wrong byte is kept');
    this.#kept.set(written, offset);
  }

  get isWhole(): boolean {
    return Buffer.from(this.#kept).equals(bytes);
  }
}

/** One who downloads, from liars who are dialled and say what the script says, and then from somebody honest. */
class Fetching {
  readonly part = new Part();
  readonly served: WeakRef<Connection>[] = [];
  readonly #liars = new Map<DeviceId, Connection>();
  readonly #honest: Sharer;
  readonly #wallet: GrantWallet;
  readonly #links: PeerLinks;
  readonly #fetch: FileFetch;
  isFetched = false;
  #isClosed = false;

  constructor(time: VirtualTime) {
    this.#honest = new Sharer(() => time.nowMs);
    const grant = grantText(grantOf(own, films, time.nowMs));
    const ask = async () => ({ ok: true, reply: { grant }, tracker: 1 });
    this.#wallet = new GrantWallet({ session: { ask: ask as never }, ended: () => undefined });
    this.#wallet.put(films, grant);
    const hashing = new HashingPool();
    this.#links = new PeerLinks({
      dial: async ({ device }) => this.#dial(device),
      limiter: noLimit(),
      hashing,
      wallet: this.#wallet,
      now: () => time.nowMs,
    });
    const told = (what: string) => () => hold(!this.#isClosed, `nothing is told after the end: ${what}`);
    this.#fetch = new FileFetch({
      file: { group: films, root, bytes: bytes.length, pieceLength: PIECE_BYTES },
      // A file in the making has private parts, which nobody here misses.
      part: this.part as unknown as PartFile,
      hashing,
      links: this.#links,
      lastHad: [],
      random: () => 0.5,
      now: () => time.nowMs,
      handlers: {
        begun: told('begun'),
        arrived: told('arrived'),
        verified: told('verified'),
        notAllowed: told('not allowed'),
        failed: ({ message }) => hold(false, `a download does not fail: ${message}`),
        fetched: () => {
          told('fetched')();
          this.isFetched = true;
        },
      },
    });
    this.#fetch.start(liars.map(peerAt), undefined);
  }

  /** Undefined where this one is not dialled, or no longer. */
  liar(number: number): Connection | undefined {
    const liar = this.#liars.get(liars[number % liars.length] as DeviceId);
    return liar?.closed === false ? liar : undefined;
  }

  honestComes(): void {
    this.#fetch.changePeers([peerAt(honest)], []);
  }

  close(): void {
    this.#isClosed = true;
    this.#fetch.close();
    this.#links.close();
    this.#wallet.close();
    this.#honest.serving.close();
    for (const liar of this.#liars.values()) liar.close();
    this.#liars.clear();
  }

  #dial(device: DeviceId): Connection {
    const [here, there] = connected(own, device);
    here.setMaxFrameBytes(MAX_PEER_FRAME_BYTES);
    this.served.push(new WeakRef(here));
    if (device === honest) {
      this.#honest.serving.accept(there);
    } else {
      there.start({ frame: () => undefined, closed: () => undefined });
      this.#liars.set(device, there);
    }
    return here;
  }
}

function peerAt(device: DeviceId) {
  return { device, address: { host: 'memory', port: 1 }, complete: true, reachable: true };
}

async function converse(time: VirtualTime, steps: readonly Step[]): Promise<Ended> {
  const fetching = new Fetching(time);
  await time.settle();
  for (const { kind, lane, payload } of steps) {
    const liar = fetching.liar(lane);
    if (kind === waits) await time.advance(4 ** ((payload[0] ?? 0) % 8));
    else if (kind === hangsUp) liar?.close();
    else if (payload.length > 0) liar?.send(payload);
    await time.settle();
  }
  const isLied = fetching.isFetched || fetching.liar(0) !== undefined || fetching.liar(1) !== undefined;
  if (!fetching.isFetched) fetching.honestComes();
  for (let waited = 0; waited < PATIENCE_MS && !fetching.isFetched; waited += 5_000) await time.advance(5_000);
  hold(fetching.isFetched && fetching.part.isWhole, 'a download ends with the file');
  fetching.close();
  return { served: fetching.served, wasHeard: isLied };
}

export const targets: readonly Target[] = [
  machineOf({
    name: 'fetching-peer',
    executions: 40_000,
    maxSteps: 200,
    maxFrameBytes: MAX_PEER_FRAME_BYTES,
    maxBytes: 2 * MAX_PEER_FRAME_BYTES,
    generate,
    converse,
  }),
];
