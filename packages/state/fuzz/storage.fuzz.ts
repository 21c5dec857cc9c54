/** Journals and directories with something wrong in them: read back as far as they are certain, or not at all. */
import { type Dice, decodeScript, encodeScript, hold, mutateScript, type Step, type Target } from '@p2p/fuzzing';
import { brokenInvariants, recover, stateDigest } from '../src/index.js';
import { encodeRecord, RecordScanner } from '../src/storage/records.js';
import { sha256 } from '../test/world.js';
import { DamagedDirectory, damages } from './damage.js';
import { expected, type KeptDirectory, keptDirectories } from './kept-directories.js';

interface Scan {
  readonly read: readonly string[];
  readonly bytes: number;
  readonly end: unknown;
}

/** Everything in the log, read in chunks of `chunkBytes`. */
function scan(log: Uint8Array, chunkBytes: number): Scan {
  function* chunks() {
    for (let at = 0; at < log.length; at += chunkBytes) yield log.slice(at, at + chunkBytes);
  }
  const scanner = new RecordScanner(chunks());
  const read: string[] = [];
  let bytes = 0;
  for (let record = scanner.next(); record !== undefined; record = scanner.next()) {
    read.push(Buffer.from(record.payload).toString('latin1'));
    hold(record.offset === bytes && record.ordinal === read.length - 1, 'records follow each other');
    bytes = record.end;
  }
  return { read, bytes, end: scanner.end };
}

const records: Target = {
  name: 'journal-records',
  kind: 'decoder',
  executions: 300_000,
  // A record is searched for at every byte of a damaged file, which only whoever writes to the disk could make slow.
  maxBytes: 8_000,
  generate: (dice) => {
    const list = Array.from({ length: dice.below(6) }, (_, ordinal) =>
      encodeRecord(dice.chance(0.95) ? ordinal : dice.below(4), dice.bytes(dice.size(200))),
    );
    return new Uint8Array(Buffer.concat([dice.bytes(1), ...list]));
  },
  run: (input) => {
    const log = input.subarray(1);
    const whole = scan(log, Math.max(1, log.length));
    const cut = scan(log, 1 + (input[0] ?? 0));
    hold(JSON.stringify(cut) === JSON.stringify(whole), 'a log is the same, whatever chunks it comes in');
    const written = whole.read.map((text, ordinal) => encodeRecord(ordinal, Buffer.from(text, 'latin1')));
    hold(Buffer.concat(written).equals(log.subarray(0, whole.bytes)), 'what is read is what was written');
    return whole.read.length > 0;
  },
};

/** The first byte says which directory; the rest is what happens to it. */
function generateDamage(dice: Dice): Uint8Array {
  const steps = Array.from({ length: dice.below(3) }, (): Step => {
    const kind = dice.below(damages.length);
    return { kind, lane: dice.below(6), payload: dice.bytes(4 + dice.size(40)) };
  });
  return new Uint8Array(Buffer.concat([dice.bytes(1), encodeScript(steps)]));
}

/** What came back is what the tracker had kept, up to some point, and nothing else. */
function holdKept(
  { operations, digests }: KeptDirectory,
  recovery: Extract<ReturnType<typeof recover>, { kind: 'recovered' }>,
): void {
  const { state, mark, tail } = recovery.base;
  hold(mark.count + tail.length <= operations.length, 'no more comes back than was kept');
  hold(stateDigest(state, sha256) === digests[mark.count], 'the folded state is that of the first operations');
  for (const [index, { bytes }] of tail.entries()) {
    const kept = operations[mark.count + index]?.bytes ?? new Uint8Array(0);
    hold(Buffer.from(bytes).equals(kept), 'no operation in the middle is missing or another');
  }
}

const recovery: Target = {
  name: 'recovery',
  kind: 'decoder',
  executions: 300_000,
  maxBytes: 4_000,
  generate: generateDamage,
  mutate: (dice, { input, other }) => {
    const parents = { input: input.subarray(1), other: other.subarray(1) };
    const mutated = mutateScript(dice, parents, { maxSteps: 6, maxBytes: 400 });
    return new Uint8Array(Buffer.concat([dice.chance(0.2) ? dice.bytes(1) : input.subarray(0, 1), mutated]));
  },
  run: (input) => {
    const kept = keptDirectories[(input[0] ?? 0) % keptDirectories.length] as KeptDirectory;
    const directory = new DamagedDirectory(kept.files);
    for (const step of decodeScript(input.subarray(1), 6)) directory.suffer(step);
    const found = recover(directory, expected);
    if (found.kind === 'unusable') {
      hold(found.message.includes(found.file) && found.offset >= 0, 'what is wrong names the file and the place');
      return false;
    }
    if (found.kind === 'empty') {
      return true;
    }
    if (directory.isForged) return true;
    holdKept(kept, found);
    hold(brokenInvariants(found.base.state).length === 0, 'a state that comes back is sound');
    return true;
  },
};

export const targets: readonly Target[] = [records, recovery];
