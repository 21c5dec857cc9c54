import { afterAll, beforeAll } from 'vitest';
import { type Connection, dialSecure, type Identity, listenSecure, type SecureServer } from '../src/index.js';
import { describeConnectionContract } from './connection-contract.js';
import { newIdentity } from './identities.js';

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

describeConnectionContract('TLS', async () => {
  const other = new Promise<Connection>((resolve) => {
    accepted = resolve;
  });
  const { host, port } = server;
  const dialled = await dialSecure({ identity: client, host, port, timeoutMs: 10_000, maxFrameBytes: 1_000 });
  if (!dialled.ok) throw new Error(dialled.message);
  return { a: dialled.connection, b: await other, keyOfA: client.id, keyOfB: serving.id };
});
