/** What one client sends to many: in order, late, and never more than is held for somebody who takes nothing. */
import { DATA_HEADER_BYTES, isDataFrame, MAX_UPLOAD_BACKLOG_BYTES, readDataFrame } from '@p2p/protocol';
import { ContentHasher, UploadSchedule } from '@p2p/swarm';
import { type Connection, memoryPair } from '@p2p/transport';
import { expect, it, onTestFinished, vi } from 'vitest';
import { PooledBuffers } from '../src/sharing/pooled-buffers.js';
import { RateLimiter } from '../src/sharing/rate-limiter.js';
import { sha256 } from '../src/sharing/sha256.js';
import { SharedContent } from '../src/sharing/shared-content.js';
import { UploadFloor, type UploadLane } from '../src/sharing/upload-floor.js';
import { patternBytes } from './pattern-bytes.js';
import { Gate } from './swarm-in-memory.js';

const PIECE = 262_144;
const PIECES = 32;
const bytes = patternBytes(PIECES * PIECE);
const hasher = new ContentHasher(sha256, bytes.length, PIECE);
hasher.update(bytes);
const tree = hasher.finish();
const whole = (): SharedContent => SharedContent.whole(tree, new Gate(bytes, bytes.length * 10));

let nowMs = 0;
const now = (): number => nowMs;
const floorOf = (bytesPerSecond = 0): UploadFloor =>
  new UploadFloor({
    limiter: new RateLimiter(bytesPerSecond, now),
    buffers: new PooledBuffers(),
    now,
    random: () => 0.5,
  });

/** Everything that needs no time happens. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A downloader at the other end of a lane, which acknowledges what it takes when it is told to. */
class Taker {
  readonly blocks: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  readonly serving: Connection;
  readonly lane: UploadLane;
  received = 0;

  constructor(floor: UploadFloor, content = whole()) {
    const remote = { key: 'd'.repeat(64), host: 'memory', port: 1 };
    const [here, there] = memoryPair(remote, remote);
    this.serving = there;
    there.start({ frame: () => undefined, closed: () => undefined });
    here.start({ frame: (frame) => this.#take(frame), closed: () => undefined });
    this.lane = floor.open({ connection: there, channel: 3, content, changed: () => this.lane.close() });
  }

  credit(credit = Number.MAX_SAFE_INTEGER): boolean {
    return this.lane.credit({ received: this.received, credit, clockMs: nowMs });
  }

  /** Takes and acknowledges until nothing more comes. */
  async takeAll(): Promise<void> {
    for (let before = -1; before !== this.received; ) {
      before = this.received;
      this.credit();
      await settled();
      nowMs += 10;
    }
  }

  #take(frame: Uint8Array): void {
    const data = isDataFrame(frame) ? readDataFrame(frame) : undefined;
    if (data === undefined) throw new Error('something else than bytes came');
    expect(data.channel).toBe(3);
    this.received += data.bytes.length;
    this.blocks.push({ offset: data.offset, bytes: data.bytes.slice() });
  }
}

it('sends each piece that is offered whole, from its start, and no other', async () => {
  const taker = new Taker(floorOf());
  taker.lane.offer({ add: [[3, 5]], spare: [[9, 10]] });
  await taker.takeAll();
  let next = -1;
  for (const { offset, bytes: got } of taker.blocks) {
    expect(offset % PIECE === 0 || offset === next).toBe(true);
    expect(Buffer.from(got).equals(bytes.subarray(offset, offset + got.length))).toBe(true);
    next = offset + got.length;
  }
  const pieces = new Set(taker.blocks.map(({ offset }) => Math.floor(offset / PIECE)));
  expect([...pieces].sort()).toEqual([3, 4, 9]);
  expect(taker.received).toBe(3 * PIECE);
  taker.lane.close();
});

it('stops in the middle of a piece that is taken back', async () => {
  const taker = new Taker(floorOf());
  taker.lane.offer({ add: [[0, 1]] });
  taker.credit(PIECE / 2);
  await settled();
  const before = taker.received;
  expect(before).toBeGreaterThan(0);
  taker.lane.offer({ remove: [[0, 1]] });
  await taker.takeAll();
  expect(taker.received).toBeLessThan(PIECE);
  taker.lane.close();
});

it('knows what was never sent', async () => {
  const taker = new Taker(floorOf());
  taker.received = 1;
  expect(taker.credit()).toBe(false);
  taker.lane.close();
});

it('sends a piece as soon as there is one that was offered before', async () => {
  const content = SharedContent.partial(tree, new Gate(bytes, bytes.length));
  const taker = new Taker(floorOf(), content);
  taker.lane.offer({ add: [[0, PIECES]] });
  await taker.takeAll();
  expect(taker.received).toBe(0);
  content.addPiece(7);
  await taker.takeAll();
  expect(taker.received).toBe(PIECE);
  taker.lane.close();
});

it('sends nothing that was being read when the lane was closed', async () => {
  const gate = new Gate(bytes, 0);
  const taker = new Taker(floorOf(), SharedContent.whole(tree, gate));
  taker.lane.offer({ add: [[0, 1]] });
  taker.credit();
  await gate.waited;
  taker.lane.close();
  gate.open();
  await settled();
  expect(taker.received).toBe(0);
});

it('holds little for somebody who acknowledges and does not take, and serves the others', async () => {
  const floor = floorOf();
  const [greedy, honest] = [new Taker(floor), new Taker(floor)];
  await settled();
  // Nothing is taken off this connection any more, but all of it is acknowledged.
  let sent = 0;
  greedy.serving.send = (...parts) => {
    for (const part of parts) sent += part.length - DATA_HEADER_BYTES;
  };
  let most = 0;
  Object.defineProperty(greedy.serving, 'bufferedBytes', { get: () => sent });
  greedy.serving.drained = () => new Promise(() => undefined);
  greedy.lane.offer({ add: [[0, PIECES]] });
  honest.lane.offer({ add: [[0, PIECES]] });
  for (let round = 0; round < 400; round++) {
    greedy.received = sent;
    expect(greedy.credit()).toBe(true);
    honest.credit();
    await new Promise((resolve) => setImmediate(resolve));
    nowMs += 10;
    most = Math.max(most, sent);
  }
  await honest.takeAll();
  expect(most).toBeLessThanOrEqual(2 * MAX_UPLOAD_BACKLOG_BYTES);
  expect(honest.received).toBe(PIECES * PIECE);
  greedy.lane.close();
  honest.lane.close();
});

it('keeps to the limit, and chooses only when its turn has come', async () => {
  const floor = floorOf(PIECE);
  const content = SharedContent.partial(tree, new Gate(bytes, bytes.length));
  content.addPiece(1);
  const taker = new Taker(floor, content);
  taker.lane.offer({ add: [[0, PIECES]] });
  taker.credit();
  await settled();
  const atOnce = taker.received;
  expect(atOnce).toBeLessThan(PIECE / 2);
  nowMs += 500;
  taker.credit();
  await settled();
  expect(taker.received - atOnce).toBeGreaterThan(0);
  expect(taker.received).toBeLessThan(PIECE);
  taker.lane.close();
});

it('goes on where the line becomes free while it is looked at', async () => {
  const later = (): number => {
    nowMs += 5;
    return nowMs;
  };
  let freeAtMs = 0;
  // Nothing may be sent for one ms more, and the next look at the clock comes after that.
  vi.spyOn(UploadSchedule.prototype, 'next').mockImplementationOnce((atMs) => {
    freeAtMs = atMs + 1;
    return undefined;
  });
  vi.spyOn(UploadSchedule.prototype, 'waitMs').mockImplementationOnce((atMs) => Math.max(0, freeAtMs - atMs));
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const taker = new Taker(
    new UploadFloor({
      limiter: new RateLimiter(0, later),
      buffers: new PooledBuffers(),
      now: later,
      random: () => 0.5,
    }),
  );
  taker.lane.offer({ add: [[0, 1]] });
  taker.credit();
  await expect.poll(() => taker.received).toBeGreaterThan(0);
  taker.lane.close();
});
