import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Connection, dialSecure, type Identity, listenSecure, type SecureServer } from '../src/index.js';
import { describeConnectionContract } from './connection-contract.js';
import { newIdentity } from './identities.js';
import { Recorder, text } from './recorder.js';

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
  const frameCount = 100_000;
  const flood = await connectedPair();
  const other = await connectedPair();
  for (let index = 0; index < frameCount; index++) flood.a.send(new Uint8Array([index % 256]));
  const [ofFlood, ofOther] = [new Recorder(flood.b), new Recorder(other.b)];
  await ofFlood.received(1);
  other.a.send(text('may I?'));
  await ofOther.received(1);
  expect(ofFlood.frames.length).toBeLessThan(frameCount);
  await ofFlood.received(frameCount);
  expect(ofFlood.frames.every(([byte], index) => byte === index % 256)).toBe(true);
  for (const { a, b } of [flood, other]) {
    a.close();
    await expect.poll(() => b.closed).toBe(true);
  }
});
