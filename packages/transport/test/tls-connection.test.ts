import { MAX_FRAMES_PER_TURN } from '@p2p/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Connection, dialSecure, type Identity, listenSecure, type SecureServer } from '../src/index.js';
import { describeConnectionContract } from './connection-contract.js';
import { newIdentity } from './identities.js';
import { Recorder } from './recorder.js';

let client: Identity;
let serving: Identity;
let server: SecureServer;
let accepted: (connection: Connection) => void;

beforeAll(async () => {
  [client, serving] = await Promise.all([newIdentity(), newIdentity()]);
  const listening = await listenSecure({
    identity: serving,
    host: '127.0.0.1',
    port: 0,
    maxFrameBytes: 1_000,
    onConnection: (connection) => accepted(connection),
  });
  if (!listening.ok) throw new Error(listening.message);
  server = listening.server;
});

afterAll(() => server.close());

describeConnectionContract('TLS', connectedPair);

/** Both ends of a new connection. */
async function connectedPair() {
  const other = new Promise<Connection>((resolve) => {
    accepted = resolve;
  });
  const { host, port } = server;
  const dialled = await dialSecure({ identity: client, host, port, timeoutMs: 10_000, maxFrameBytes: 1_000 });
  if (!dialled.ok) throw new Error(dialled.message);
  return { a: dialled.connection, b: await other, keyOfA: client.id, keyOfB: serving.id };
}

test('a flood of small frames arrives whole, and everybody else has a turn in between', async () => {
  const frameCount = 20 * MAX_FRAMES_PER_TURN + 1;
  const { a, b } = await connectedPair();
  for (let index = 0; index < frameCount; index++) a.send(new Uint8Array([index % 256]));
  const receiver = new Recorder(b);
  let framesThisTurn = 0;
  let mostInOneTurn = 0;
  receiver.onFrame = () => {
    if (framesThisTurn === 0) {
      setImmediate(() => {
        framesThisTurn = 0;
      });
    }
    framesThisTurn += 1;
    mostInOneTurn = Math.max(mostInOneTurn, framesThisTurn);
  };
  await receiver.received(frameCount);
  expect(receiver.frames.map(([byte]) => byte)).toEqual(Array.from({ length: frameCount }, (_, index) => index % 256));
  // A turn as it is counted here may begin in the middle of one of the connection's.
  expect(mostInOneTurn).toBeLessThanOrEqual(2 * MAX_FRAMES_PER_TURN);
  a.close();
  await receiver.closed();
});
