import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { characters, ModelSwarm } from './swarm-model.js';

/** Far beyond what any of these swarms needs: reaching it means that the download is stuck. */
const MAX_ROUNDS = 5_000;

const swarms = fc.record({
  seed: fc.integer(),
  pieceCount: fc.integer({ min: 1, max: 30 }),
  peers: fc.array(fc.constantFrom(...characters), { maxLength: 8 }).map((others) => ['honest' as const, ...others]),
});

describe('a download among random peers', () => {
  it('completes whenever honest peers that stay have everything, and forgets no piece on the way', () => {
    fc.assert(
      fc.property(swarms, (options) => {
        const swarm = new ModelSwarm(options);
        const completedBefore = swarm.download.isComplete ? 1 : 0;
        for (let round = 0; round < MAX_ROUNDS && !swarm.download.isComplete; round++) swarm.round();
        expect(swarm.download.isComplete).toBe(true);
        expect(swarm.completions + completedBefore).toBe(1);
        // Later events change nothing any more.
        for (let round = 0; round < 3; round++) swarm.round();
        expect(swarm.completions + completedBefore).toBe(1);
      }),
      { numRuns: 40 },
    );
  });
});
