/** Connections that are handed on by their first frame: whoever gets one sees a connection like any other. */
import { HELLO_TIMEOUT_MS } from '@p2p/protocol';
import { describe, expect, it, vi } from 'vitest';
import { type Connection, memoryPair, readFirstFrame } from '../src/index.js';
import { describeConnectionContract } from './connection-contract.js';
import { Recorder, text, turns } from './recorder.js';

const remoteA = { key: 'a'.repeat(64), host: '127.0.0.1', port: 1 };
const remoteB = { key: 'b'.repeat(64), host: '127.0.0.1', port: 2 };

/** A connection that begins with `words`, handed on; and its other end. */
async function handedOn(words: string, from: 'first frame' | 'second frame') {
  const [a, b] = memoryPair(remoteA, remoteB);
  b.send(text(words));
  const connection = await new Promise<Connection>((resolve) => {
    readFirstFrame(a, (_frame, handOn) => resolve(handOn(from)));
  });
  return { connection, other: b };
}

describeConnectionContract('handed on', async () => {
  const { connection, other } = await handedOn('hello', 'second frame');
  return { a: connection, b: other, keyOfA: remoteA.key, keyOfB: remoteB.key };
});

describe('a connection that is handed on', () => {
  it('begins where it is said, whenever it is started', async () => {
    for (const from of ['first frame', 'second frame'] as const) {
      const { connection, other } = await handedOn('one', from);
      other.send(text('two'));
      await turns();
      const recorder = new Recorder(connection);
      other.send(text('three'));
      const expected = from === 'first frame' ? ['one', 'two', 'three'] : ['two', 'three'];
      await recorder.received(expected.length);
      expect(recorder.texts).toEqual(expected);
      other.close();
      expect(await recorder.closed()).toEqual({ kind: 'ended' });
    }
  });

  it('holds its frames back where the first one makes it pause', async () => {
    const { connection, other } = await handedOn('one', 'first frame');
    other.send(text('two'));
    const recorder = new Recorder(connection);
    recorder.onFrame = () => connection.pause();
    await recorder.received(1);
    await turns();
    expect(recorder.texts).toEqual(['one']);
    connection.resume();
    await recorder.received(2);
  });

  it('has its first frame before its end', async () => {
    const { connection, other } = await handedOn('one', 'first frame');
    other.close();
    await turns();
    const recorder = new Recorder(connection);
    await recorder.closed();
    expect(recorder.texts).toEqual(['one']);
  });

  it('and was closed before it was started ends', async () => {
    const { connection } = await handedOn('one', 'first frame');
    connection.fail('no_grant');
    await turns();
    const recorder = new Recorder(connection);
    expect(await recorder.closed()).toEqual({ kind: 'violation', code: 'no_grant' });
    expect(recorder.texts).toEqual([]);
  });
});

it('what nobody takes is heard no more', async () => {
  const [a, b] = memoryPair(remoteA, remoteB);
  const heard: number[] = [];
  readFirstFrame(a, (frame) => void heard.push(frame.length));
  b.send(text('one'));
  b.send(text('two'));
  await turns();
  expect(heard).toEqual([3]);
});

it('who says nothing is let go', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const [a, b] = memoryPair(remoteA, remoteB);
    readFirstFrame(a, () => undefined);
    const recorder = new Recorder(b);
    vi.advanceTimersByTime(HELLO_TIMEOUT_MS);
    await recorder.closed();
    expect(a.closed).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
