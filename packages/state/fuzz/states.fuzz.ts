/** Operations and rows that another tracker sends: applied alike everywhere, and never with an exception. */
import {
  Dice,
  decodeScript,
  encodeScript,
  hold,
  mutateBytes,
  mutateScript,
  mutateValue,
  type Target,
  valuesOf,
} from '@p2p/fuzzing';
import { decodeOperation, MAX_SYNC_FRAME_BYTES, operation, pack, unpack } from '@p2p/protocol';
import { applyOperation, brokenInvariants, emptyState, stateDigest } from '../src/index.js';
import { changesOf, decodeRows, StateLoader } from '../src/rows.js';
import { sha256 } from '../test/world.js';

const MAX_OPERATIONS = 16;
const operations = valuesOf(operation);
const packed = (value: unknown) => new Uint8Array(pack(value));

/** Made beforehand: to make one takes longer than to apply it. */
const made = Array.from({ length: 500 }, (_, seed) => packed(operations(new Dice(seed))));

const applied: Target = {
  name: 'apply',
  kind: 'machine',
  executions: 100_000,
  maxBytes: MAX_SYNC_FRAME_BYTES,
  generate: (dice) => {
    const step = () => ({ kind: 0, lane: 0, payload: dice.chance(0.95) ? dice.pick(made) : packed(operations(dice)) });
    return encodeScript(Array.from({ length: 1 + dice.below(MAX_OPERATIONS) }, step));
  },
  mutate: (dice, parents) => mutateScript(dice, parents, { maxSteps: MAX_OPERATIONS, maxBytes: 2_000 }),
  run: (input) => {
    const list = decodeScript(input, MAX_OPERATIONS).flatMap(({ payload }) => decodeOperation(payload) ?? []);
    const [one, other] = [emptyState(), emptyState()];
    for (const encoded of list) {
      const outcome = applyOperation(one, encoded.operation);
      hold(
        JSON.stringify(outcome) === JSON.stringify(applyOperation(other, encoded.operation)),
        'an operation comes to the same everywhere',
      );
    }
    hold(stateDigest(one, sha256) === stateDigest(other, sha256), 'the same operations make the same state');
    const broken = brokenInvariants(one);
    hold(broken.length === 0, () => `a state is sound: ${broken[0] ?? ''}`);
    return list.length > 0;
  },
};

/** Rows as they really are: what a few operations have written. */
function realRows(dice: Dice): Uint8Array {
  const state = emptyState();
  const writes = state.log.record(() => {
    for (let left = 12; left > 0; left--) {
      const encoded = decodeOperation(dice.pick(made));
      if (encoded !== undefined) applyOperation(state, encoded.operation);
    }
  });
  return packed(changesOf(writes));
}

const written = Array.from({ length: 200 }, (_, seed) => realRows(new Dice(seed)));

const rows: Target = {
  name: 'rows',
  kind: 'decoder',
  executions: 300_000,
  maxBytes: MAX_SYNC_FRAME_BYTES,
  generate: (dice) => dice.pick(written),
  mutate: (dice, parents) => {
    const value = unpack(parents.input);
    if (value === undefined || dice.chance(0.3)) return mutateBytes(dice, parents, 8_000);
    return packed(mutateValue(dice, value, unpack(parents.other)));
  },
  run: (input) => {
    const decoded = decodeRows(input);
    if (decoded === undefined) return false;
    const loader = new StateLoader();
    loader.add(decoded);
    const state = loader.finish();
    hold(stateDigest(state, sha256) !== '', 'rows make a state');
    return true;
  },
};

export const targets: readonly Target[] = [applied, rows];
