/** A tracker that answers as the test says, over real TLS: for what a real one would not do on demand. */
import { join } from 'node:path';
import {
  type ClientRequest,
  type ClusterId,
  clientRequest,
  type HelloRequest,
  helloRequest,
  MAX_REQUEST_FRAME_BYTES,
  pack,
  unpack,
} from '@p2p/protocol';
import { type Connection, type Identity, listenSecure, loadOrCreateIdentity } from '@p2p/transport';
import { onTestFinished } from 'vitest';

type Answer = Record<string, unknown> | undefined;

export interface Script {
  /** The answer without its id; undefined: none. `ping`s are answered by themselves. */
  answer(request: ClientRequest): Answer;
  readonly user?: string | null;
  readonly successions?: readonly string[];
}

export class ScriptedTracker {
  readonly hellos: HelloRequest[] = [];
  readonly requests: ClientRequest[] = [];
  /** The key shown to each who asked for one. */
  readonly shown: string[] = [];
  readonly port: number;
  readonly #connections: Set<Connection>;
  readonly #close: () => Promise<void>;

  private constructor(port: number, connections: Set<Connection>, close: () => Promise<void>) {
    this.port = port;
    this.#connections = connections;
    this.#close = close;
  }

  /** `next`: a newer key, for who asks for it. */
  static async start(identity: Identity, script: Script, next?: Identity): Promise<ScriptedTracker> {
    const connections = new Set<Connection>();
    const listening = await listenSecure({
      identity,
      identityWith: (key) => {
        const asked = key === next?.id ? next : identity;
        tracker.shown.push(asked.id);
        return asked;
      },
      host: '127.0.0.1',
      port: 0,
      maxFrameBytes: MAX_REQUEST_FRAME_BYTES,
      onConnection: (connection) => {
        connections.add(connection);
        tracker.#serve(connection, identity, script);
      },
    });
    if (!listening.ok) throw new Error(listening.message);
    const tracker = new ScriptedTracker(listening.server.port, connections, () => listening.server.close());
    onTestFinished(() => tracker.stop());
    return tracker;
  }

  /** Sends something that nobody asked for. */
  push(message: Record<string, unknown>): void {
    for (const connection of this.#connections) connection.send(pack(message));
  }

  async stop(): Promise<void> {
    await this.#close();
  }

  #serve(connection: Connection, identity: Identity, script: Script): void {
    const send = (message: Record<string, unknown>): void => connection.send(pack(message));
    connection.start({
      frame: (frame) => {
        const message = unpack(frame.slice());
        const hello = helloRequest.safeParse(message);
        if (hello.success) {
          this.hellos.push(hello.data);
          const cluster = identity.id as ClusterId;
          const { user = null, successions = [] } = script;
          send({ type: 'hello.ok', id: hello.data.id, slot: 1, cluster, clock: 0, user, successions });
          return;
        }
        const request = clientRequest.parse(message);
        if (request.type === 'ping') return send({ type: 'ping.ok', id: request.id });
        this.requests.push(request);
        const answer = script.answer(request);
        if (answer !== undefined) send({ id: request.id, ...answer });
      },
      closed: () => this.#connections.delete(connection),
    });
  }
}

export async function identityIn(directory: string, name: string): Promise<Identity> {
  const loaded = await loadOrCreateIdentity(join(directory, `${name}.key`));
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.identity;
}
