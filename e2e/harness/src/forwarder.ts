/** A wire between two programs that a test can cut, slow and read a meter of: what connects is carried to another port. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Direction, Lane, type Pace } from './lane.js';

export class Forwarder {
  /** Where to connect instead. */
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #lanes = new Set<Lane>();
  readonly #cutDirections = new Set<Direction>();
  readonly #carriedBytes: Record<Direction, number> = { there: 0, back: 0 };
  #connections = 0;
  #pace: Pace = {};

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Carries on to `target`, a port of the loopback address. */
  static start(target: number): Promise<Forwarder> {
    return new Promise((resolve, reject) => {
      const server = createServer({ pauseOnConnect: true }, (socket) => forwarder.#carry(socket, target));
      server.once('error', reject);
      let forwarder: Forwarder;
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        forwarder = new Forwarder(server, typeof address === 'object' && address !== null ? address.port : 0);
        resolve(forwarder);
      });
    });
  }

  /**
   * From now on nothing passes in these directions, and nobody is told: no end, no refusal, as with a cable that is
   * pulled out.
   */
  cut(...directions: readonly Direction[]): void {
    for (const direction of directions.length === 0 ? (['there', 'back'] as const) : directions) {
      this.#cutDirections.add(direction);
    }
    for (const lane of this.#lanes) if (this.#cutDirections.has(lane.direction)) lane.hold();
  }

  /** Everything that passes from now on takes its time. An empty pace: at once again. */
  slow(pace: Pace): void {
    this.#pace = pace;
    for (const lane of this.#lanes) lane.pace = pace;
  }

  /** Bytes that have come in from either side, to be carried on, over all connections so far. */
  carriedBytes(direction: Direction): number {
    return this.#carriedBytes[direction];
  }

  /** How often somebody has connected. */
  get connections(): number {
    return this.#connections;
  }

  /** New connections pass again, at full speed; those from before are broken off. */
  heal(): void {
    this.#cutDirections.clear();
    this.#pace = {};
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.heal();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(incoming: Socket, target: number): void {
    this.#connections++;
    this.#hold(incoming);
    if (this.#cutDirections.size === 2) return;
    const outgoing = connect(target, '127.0.0.1');
    this.#hold(outgoing);
    this.#lay('there', incoming, outgoing);
    this.#lay('back', outgoing, incoming);
  }

  #lay(direction: Direction, from: Socket, to: Socket): void {
    const lane = new Lane(direction, from, to);
    lane.pace = this.#pace;
    from.on('data', (chunk) => {
      this.#carriedBytes[direction] += chunk.length;
    });
    this.#lanes.add(lane);
    from.once('close', () => this.#lanes.delete(lane));
    if (this.#cutDirections.has(direction)) lane.hold();
    else lane.release();
  }

  #hold(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
