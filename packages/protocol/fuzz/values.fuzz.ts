/** MessagePack of any kind, and operations: what is taken for plain can be built, and is the same when it is built again. */
import { type Dice, hold, mutateValue, type Target, valuesOf } from '@p2p/fuzzing';
import { Packr } from 'msgpackr';
import {
  decodeOperation,
  MAX_OPERATION_VALUES,
  MAX_REQUEST_FRAME_BYTES,
  MAX_SYNC_VALUES,
  operation,
  pack,
  unpack,
} from '../src/index.js';
import { isPlainValue } from '../src/plain-values.js';
import { isSame, mutatePacked } from './message-target.js';

/** As in codec.ts, where nothing that it throws is seen. */
const bare = new Packr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

const operations = valuesOf(operation);

const plainValues: Target = {
  name: 'plain-values',
  kind: 'decoder',
  executions: 1_500_000,
  maxBytes: MAX_REQUEST_FRAME_BYTES,
  generate: (dice) =>
    new Uint8Array(pack(mutateValue(dice, { a: [1, 'b', null, true], c: { d: 0.5 } }, [1, { e: 2 }]))),
  run: (bytes) => {
    if (!isPlainValue(bytes, MAX_SYNC_VALUES)) {
      hold(unpack(bytes, MAX_SYNC_VALUES) === undefined, 'nothing is built from what is not plain');
      return false;
    }
    bare.unpack(bytes);
    const written = new Uint8Array(pack(unpack(bytes, MAX_SYNC_VALUES)));
    // A key that comes twice, or that has a meaning of its own, is there once or not at all afterwards.
    hold(isPlainValue(written, MAX_SYNC_VALUES), 'what is plain stays plain');
    hold(isSame(written, pack(unpack(written, MAX_SYNC_VALUES))), 'what is plain is the same when it is built again');
    return true;
  },
};

const operationBytes: Target = {
  name: 'operations',
  kind: 'decoder',
  executions: 750_000,
  maxBytes: MAX_REQUEST_FRAME_BYTES,
  generate: (dice: Dice) => new Uint8Array(pack(operations(dice))),
  mutate: (dice, parents) =>
    mutatePacked(dice, parents, { maxBytes: MAX_REQUEST_FRAME_BYTES, maxValues: MAX_OPERATION_VALUES }),
  run: (bytes) => {
    const decoded = decodeOperation(bytes);
    if (decoded === undefined) return false;
    hold(decoded.bytes === bytes, 'an operation stays in the bytes of its maker');
    const written = new Uint8Array(pack(decoded.operation));
    const again = decodeOperation(written);
    hold(
      again !== undefined && isSame(written, pack(again.operation)),
      'an operation is the same when it is read again',
    );
    return true;
  },
};

export const targets: readonly Target[] = [plainValues, operationBytes];
