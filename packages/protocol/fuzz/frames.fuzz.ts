/** The frame decoder: however a stream is cut, the same frames and the same fault, and never more held than is allowed. */
import { type Dice, hold, type Target } from '@p2p/fuzzing';
import {
  DATA_HEADER_BYTES,
  encodeFrame,
  FRAME_HEADER_BYTES,
  FrameDecoder,
  isDataFrame,
  MAX_FILE_BYTES,
  readDataFrame,
  type ViolationCode,
  writeDataHeader,
} from '../src/index.js';
import { isSame } from './message-target.js';

const MAX_CUTS = 8;

/**
 * An input: the bound, in two bytes; the number of cuts, and that many places to cut at, in two bytes each; then the
 * stream. What is missing counts as 0.
 */
function generate(dice: Dice): Uint8Array {
  const cuts = dice.below(MAX_CUTS);
  const head = dice.bytes(2 + 1 + 2 * cuts);
  head[0] = dice.chance(0.8) ? 0 : dice.below(256);
  head[2] = cuts;
  for (let cut = 0; cut < cuts; cut++) head[3 + 2 * cut] = dice.chance(0.9) ? 0 : dice.below(256);
  const frames = Array.from({ length: dice.below(6) }, () => encodeFrame(dice.bytes(1 + dice.size(300))));
  const parts = [head, ...frames, dice.bytes(dice.chance(0.3) ? dice.below(8) : 0)];
  return new Uint8Array(Buffer.concat(parts));
}

interface Outcome {
  readonly frames: Uint8Array[];
  readonly violation: ViolationCode | undefined;
  readonly violations: number;
}

function decode(stream: Uint8Array, ends: readonly number[], maxFrameBytes: number): Outcome {
  const decoder = new FrameDecoder(maxFrameBytes);
  const frames: Uint8Array[] = [];
  let violation: ViolationCode | undefined;
  let violations = 0;
  let start = 0;
  for (const end of ends) {
    const before = frames.length;
    const found = decoder.push(stream.subarray(start, end), (frame) => frames.push(frame.slice()));
    hold(decoder.pendingBytes <= FRAME_HEADER_BYTES + maxFrameBytes, 'no more is held than a frame');
    if (violation !== undefined) hold(found === violation && frames.length === before, 'nothing follows a violation');
    if (found !== violation) violations += 1;
    violation = found;
    start = end;
  }
  return { frames, violation, violations };
}

const frames: Target = {
  name: 'frames',
  kind: 'decoder',
  executions: 1_500_000,
  maxBytes: 70_000,
  generate,
  run: (input) => {
    const uint16 = (at: number) => (input[at] ?? 0) * 256 + (input[at + 1] ?? 0);
    const maxFrameBytes = uint16(0) + 1;
    const cuts = (input[2] ?? 0) % MAX_CUTS;
    const stream = input.subarray(3 + 2 * cuts);
    const places = Array.from({ length: cuts }, (_, cut) => Math.min(stream.length, uint16(3 + 2 * cut)));
    const whole = decode(stream, [stream.length], maxFrameBytes);
    const cut = decode(stream, [...places.sort((a, b) => a - b), stream.length], maxFrameBytes);
    hold(cut.violation === whole.violation && cut.violations <= 1, 'there is one violation at most, however it is cut');
    hold(cut.frames.length === whole.frames.length, 'there are as many frames, however it is cut');
    hold(
      cut.frames.every((frame, index) => isSame(frame, whole.frames[index] ?? new Uint8Array(0))),
      'the frames are the same, however the stream is cut',
    );
    return whole.frames.length > 0;
  },
};

const dataFrames: Target = {
  name: 'data-frames',
  kind: 'decoder',
  executions: 250_000,
  maxBytes: 2_000,
  generate: (dice) => {
    const frame = dice.bytes(DATA_HEADER_BYTES + dice.size(40));
    const offset = dice.pick([0, 16_384, MAX_FILE_BYTES, MAX_FILE_BYTES - 1, 2 ** dice.below(48)]);
    writeDataHeader(frame, dice.below(2 ** 32), offset);
    return frame;
  },
  run: (frame) => {
    if (!isDataFrame(frame)) return false;
    const data = readDataFrame(frame);
    if (data === undefined) return false;
    const { channel, offset, bytes } = data;
    hold(Number.isSafeInteger(offset) && offset <= MAX_FILE_BYTES && bytes.length > 0, 'a data frame lies in a file');
    const again = frame.slice();
    writeDataHeader(again, channel, offset);
    hold(isSame(frame, again), 'a header that is read is written the same');
    return true;
  },
};

export const targets: readonly Target[] = [frames, dataFrames];
