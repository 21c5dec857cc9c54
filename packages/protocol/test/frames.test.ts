/** The frame decoder, at every cut of the stream and against a decoder too simple to be wrong. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, FRAME_HEADER_BYTES, FrameDecoder, type ViolationCode, writeFrameHeader } from '../src/index.js';

const bytes = (...values: number[]) => Uint8Array.from(values);
const counting = (length: number) => Uint8Array.from({ length }, (_, index) => index & 0xff);

function glue(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A length prefix of any value, with nothing behind it. */
function header(length: number): Uint8Array {
  const prefix = new Uint8Array(FRAME_HEADER_BYTES);
  writeFrameHeader(prefix, length);
  return prefix;
}

interface Outcome {
  readonly frames: number[][];
  readonly violation: ViolationCode | undefined;
}

function decode(chunks: readonly Uint8Array[], maxFrameBytes: number): Outcome {
  const decoder = new FrameDecoder(maxFrameBytes);
  const frames: number[][] = [];
  let violation: ViolationCode | undefined;
  for (const chunk of chunks) violation = decoder.push(chunk, (frame) => frames.push([...frame]));
  return { frames, violation };
}

/** The twin: has the whole stream at once and cuts it by the definition. */
function decodeWhole(stream: Uint8Array, maxFrameBytes: number): Outcome {
  const frames: number[][] = [];
  let at = 0;
  while (stream.length - at >= FRAME_HEADER_BYTES) {
    const length = new DataView(stream.buffer, stream.byteOffset).getUint32(at);
    if (length === 0) return { frames, violation: 'frame_empty' };
    if (length > maxFrameBytes) return { frames, violation: 'frame_too_large' };
    if (stream.length - at < FRAME_HEADER_BYTES + length) break;
    frames.push([...stream.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + length)]);
    at += FRAME_HEADER_BYTES + length;
  }
  return { frames, violation: undefined };
}

function cut(stream: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const sorted = [0, ...positions.map((position) => position % (stream.length + 1)), stream.length].sort(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, index) => stream.subarray(sorted[index], end));
}

describe('cutting a stream into frames', () => {
  test('writes the length big-endian in front of the payload', () => {
    expect([...encodeFrame(bytes(7, 8))]).toEqual([0, 0, 0, 2, 7, 8]);
    expect([...header(0xfedcba98)]).toEqual([0xfe, 0xdc, 0xba, 0x98]);
  });

  test('gives the frame at every split point, in two and in three pieces', () => {
    const payload = counting(9);
    const stream = encodeFrame(payload);
    for (let first = 0; first <= stream.length; first++) {
      for (let second = first; second <= stream.length; second++) {
        const outcome = decode(cut(stream, [first, second]), 9);
        expect(outcome, `cut at ${first} and ${second}`).toEqual({ frames: [[...payload]], violation: undefined });
      }
    }
  });

  test('gives every frame of one chunk, and keeps the beginning of the next', () => {
    const stream = glue(encodeFrame(bytes(1)), encodeFrame(bytes(2, 3)), encodeFrame(counting(4)).subarray(0, 6));
    const decoder = new FrameDecoder(16);
    const frames: number[][] = [];
    expect(decoder.push(stream, (frame) => frames.push([...frame]))).toBeUndefined();
    expect(frames).toEqual([[1], [2, 3]]);
    expect(decoder.pendingBytes).toBe(6);
    decoder.push(encodeFrame(counting(4)).subarray(6), (frame) => frames.push([...frame]));
    expect(frames.at(-1)).toEqual([0, 1, 2, 3]);
    expect(decoder.pendingBytes).toBe(0);
  });

  test('equals the twin for any frames, any rubbish behind them and any cut', () => {
    const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 });
    const rubbish = fc.uint8Array({ maxLength: 12 });
    const cuts = fc.array(fc.nat({ max: 500 }), { maxLength: 12 });
    fc.assert(
      fc.property(
        payloads,
        rubbish,
        cuts,
        fc.integer({ min: 1, max: 48 }),
        (frames, tail, positions, maxFrameBytes) => {
          const stream = glue(...frames.map(encodeFrame), tail);
          expect(decode(cut(stream, positions), maxFrameBytes)).toEqual(decodeWhole(stream, maxFrameBytes));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('memory for large frames', () => {
  const large = 70_000;

  /** Pushes, or fills the room with, the next bytes of the stream, as the script says. */
  function receive(stream: Uint8Array, steps: readonly { readonly bytes: number; readonly isPushed: boolean }[]) {
    const lent = new Set<Uint8Array>();
    const frames: { readonly bytes: Uint8Array; readonly isOwn: boolean }[] = [];
    const decoder = new FrameDecoder(100_000);
    decoder.setMemory({
      take: (byteCount) => {
        const memory = new Uint8Array(byteCount);
        lent.add(memory);
        return memory;
      },
      giveBack: (memory) => expect(lent.delete(memory)).toBe(true),
    });
    let at = 0;
    for (const { bytes, isPushed } of [...steps, { bytes: stream.length, isPushed: true }]) {
      const room = isPushed ? undefined : decoder.room;
      const part = stream.subarray(at, at + Math.min(bytes, room?.length ?? bytes));
      if (room === undefined) {
        decoder.push(part, (frame, isOwn) => {
          if (isOwn) expect(lent.delete(frame)).toBe(true);
          frames.push({ bytes: isOwn ? frame : frame.slice(), isOwn });
        });
      } else {
        room.set(part);
        decoder.fill(part.length);
      }
      at += part.length;
    }
    return { frames, lent, decoder };
  }

  test('is the handler’s, however the stream is cut and wherever its bytes are put', () => {
    const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 60_000, max: 100_000 })), {
      minLength: 1,
      maxLength: 4,
    });
    const steps = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 20_000 }), isPushed: fc.boolean() }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(lengths, steps, (all, script) => {
        const sent = all.map(counting);
        const { frames, lent } = receive(new Uint8Array(Buffer.concat(sent.map(encodeFrame))), script);
        expect(frames).toHaveLength(sent.length);
        for (const [index, frame] of sent.entries())
          expect(Buffer.compare(frames[index]?.bytes ?? frame, frame)).toBe(0);
        expect(frames.every(({ bytes: { length }, isOwn }) => !isOwn || length >= 65_536)).toBe(true);
        expect(lent.size).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  test('of a frame that never becomes whole is given back', () => {
    const { lent, decoder } = receive(encodeFrame(counting(large)).subarray(0, 40_000), [
      { bytes: 10_000, isPushed: true },
    ]);
    expect(lent.size).toBe(1);
    decoder.release();
    expect(lent.size).toBe(0);
  });

  test('is not taken for a length alone', () => {
    expect(receive(header(large), []).lent.size).toBe(0);
  });
});

describe('what breaks the stream', () => {
  test('takes a frame of exactly the bound and refuses one byte more', () => {
    expect(decode([encodeFrame(counting(32))], 32).frames).toHaveLength(1);
    expect(decode([encodeFrame(counting(33))], 32)).toEqual({ frames: [], violation: 'frame_too_large' });
  });

  test('refuses an oversize length as soon as it is read, with nothing allocated for it', () => {
    const decoder = new FrameDecoder(1024);
    const before = process.memoryUsage().arrayBuffers;
    expect(decoder.push(header(0xffff_ffff), () => expect.unreachable())).toBe('frame_too_large');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    expect(decoder.pendingBytes).toBe(FRAME_HEADER_BYTES);
  });

  test('refuses a length of zero', () => {
    expect(decode([header(0)], 32)).toEqual({ frames: [], violation: 'frame_empty' });
  });

  test('hands out what came before the violation and nothing after it', () => {
    const stream = glue(encodeFrame(bytes(1)), header(0), encodeFrame(bytes(2)));
    expect(decode([stream, encodeFrame(bytes(3))], 32)).toEqual({ frames: [[1]], violation: 'frame_empty' });
  });
});

describe('the bound changes with the state of the connection', () => {
  test('raised by the handler, it holds for the next frame of the same chunk', () => {
    const decoder = new FrameDecoder(2);
    const lengths: number[] = [];
    const violation = decoder.push(glue(encodeFrame(counting(2)), encodeFrame(counting(20))), (frame) => {
      lengths.push(frame.length);
      decoder.setMaxFrameBytes(20);
    });
    expect({ lengths, violation }).toEqual({ lengths: [2, 20], violation: undefined });
  });

  test('lowered by the handler, it refuses the next frame of the same chunk', () => {
    const decoder = new FrameDecoder(20);
    const stream = glue(encodeFrame(counting(20)), encodeFrame(counting(20)));
    expect(decoder.push(stream, () => decoder.setMaxFrameBytes(2))).toBe('frame_too_large');
  });

  test('a frame whose length was accepted is finished under the old bound', () => {
    const decoder = new FrameDecoder(20);
    const frame = encodeFrame(counting(20));
    decoder.push(frame.subarray(0, 10), () => expect.unreachable());
    decoder.setMaxFrameBytes(2);
    const lengths: number[] = [];
    expect(decoder.push(frame.subarray(10), (whole) => lengths.push(whole.length))).toBeUndefined();
    expect(lengths).toEqual([20]);
  });
});

describe('the memory behind frames', () => {
  test('a caller may reuse its buffer after every push', () => {
    const stream = glue(encodeFrame(counting(10)), encodeFrame(counting(5)));
    const buffer = new Uint8Array(3);
    const decoder = new FrameDecoder(10);
    const frames: number[][] = [];
    for (let at = 0; at < stream.length; at += buffer.length) {
      const chunk = stream.subarray(at, at + buffer.length);
      buffer.fill(0xee);
      buffer.set(chunk);
      decoder.push(buffer.subarray(0, chunk.length), (frame) => frames.push([...frame]));
    }
    expect(frames).toEqual([[...counting(10)], [...counting(5)]]);
  });

  test('a frame whole in its chunk is handed out without a copy', () => {
    const chunk = encodeFrame(counting(10));
    new FrameDecoder(10).push(chunk, (frame) => expect(frame.buffer).toBe(chunk.buffer));
    expect.assertions(1);
  });
});

describe('stopping', () => {
  test('leaves the rest of the chunk unread, which goes on where it was left', () => {
    const stream = glue(encodeFrame(bytes(1)), encodeFrame(bytes(2)), encodeFrame(bytes(3)));
    const decoder = new FrameDecoder(8);
    const frames: number[][] = [];
    const stopAtEach = (frame: Uint8Array) => {
      frames.push([...frame]);
      decoder.stop();
    };
    let rest = stream;
    for (let pushes = 1; pushes <= 3; pushes++) {
      decoder.push(rest, stopAtEach);
      expect(frames).toHaveLength(pushes);
      rest = rest.subarray(rest.length - decoder.unreadBytes);
    }
    expect(frames).toEqual([[1], [2], [3]]);
    expect(decoder.unreadBytes).toBe(0);
  });
});
