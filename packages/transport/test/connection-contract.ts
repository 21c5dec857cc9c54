/** What every kind of connection must keep to: run for memory and for TLS alike. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeEnds } from './contract/ends.js';
import { describeFlow } from './contract/flow.js';
import { describeFrames } from './contract/frames.js';
import { MIB, type Pair } from './contract/pair.js';

export function describeConnectionContract(kind: string, connect: () => Promise<Pair>): void {
  describe(`connection contract, ${kind}`, () => {
    let pair: Pair;

    beforeEach(async () => {
      pair = await connect();
      pair.a.setMaxFrameBytes(4 * MIB);
      pair.b.setMaxFrameBytes(4 * MIB);
    });

    afterEach(() => {
      vi.useRealTimers();
      pair.a.fail('silence');
      pair.b.fail('silence');
    });

    it('knows the key at the other end', () => {
      expect(pair.a.remote.key).toBe(pair.keyOfB);
      expect(pair.b.remote.key).toBe(pair.keyOfA);
    });

    describeFrames(() => pair);
    describeFlow(() => pair);
    describeEnds(() => pair);
  });
}
