import { describe, expect, it } from 'vitest';
import { memoryPair } from '../src/index.js';
import { describeConnectionContract } from './connection-contract.js';
import { text, turns } from './recorder.js';

const remoteA = { key: 'a'.repeat(64), host: '127.0.0.1', port: 1 };
const remoteB = { key: 'b'.repeat(64), host: '127.0.0.1', port: 2 };

describeConnectionContract('memory', () => {
  const [a, b] = memoryPair(remoteA, remoteB);
  return Promise.resolve({ a, b, keyOfA: remoteA.key, keyOfB: remoteB.key });
});

describe('memory connection', () => {
  it('spoils a frame after its handler, so that keeping a view shows', async () => {
    const [a, b] = memoryPair(remoteA, remoteB);
    let kept: Uint8Array | undefined;
    b.start({
      frame: (frame) => {
        kept = frame;
      },
      closed: () => undefined,
    });
    a.send(text('short-lived'));
    await turns();
    expect(kept).toEqual(new Uint8Array(11).fill(0xdb));
  });
});
