/** A wire between two programs that a test can cut: what connects here is carried on to another port. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export class Forwarder {
  /** Where to connect instead. */
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

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

  /** From now on nothing passes, and nobody is told: no end, no refusal, as with a cable that is pulled out. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** New connections pass again; those from before are broken off. */
  heal(): void {
    this.#isCut = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.heal();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(incoming: Socket, target: number): void {
    this.#hold(incoming);
    if (this.#isCut) return;
    const outgoing = connect(target, '127.0.0.1');
    this.#hold(outgoing);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      // Not pipe(): it would set a socket flowing again that cut() has paused.
      from.on('data', (chunk) => to.write(chunk));
      from.once('close', () => to.destroy());
    }
    incoming.resume();
  }

  #hold(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
