/**
 * TLS with those who were let in: a handshake is the dearest thing that a stranger can ask for, some 2 ms of a core in
 * pieces that nobody can put off once it has begun. So only a few are begun at a time, the networks in turn, and further
 * ones when these have ended or have had a fair chance to. Of too many under way the oldest is given up.
 */
import type { Socket } from 'node:net';
import { HANDSHAKE_CHANCE_MS, HANDSHAKE_WAIT_MS, HANDSHAKES_AT_ONCE, HANDSHAKES_PER_TURN } from '@p2p/protocol';
import { RoundRobin } from './round-robin.js';

export interface HandshakesOptions {
  readonly maxUnderWay: number;
  /** Begins the handshake. */
  begin(socket: Socket): void;
}

export class Handshakes {
  readonly #options: HandshakesOptions;
  readonly #waiting = new RoundRobin<Socket>();
  readonly #underWay = new Set<Socket>();
  /** Those of them that have not had their chance yet. */
  readonly #fresh = new Map<Socket, NodeJS.Timeout>();
  #begunThisTurn = 0;
  #isTurnEnding = false;

  constructor(options: HandshakesOptions) {
    this.#options = options;
  }

  /** `socket` is paused, and nothing has been read of it. `network`: see `networkOf`. */
  add(socket: Socket, network: string): void {
    this.#waiting.add(network, socket);
    socket.setTimeout(HANDSHAKE_WAIT_MS, () => socket.destroy());
    this.#beginSome();
  }

  /** It has come to an end, good or bad. */
  ended(socket: Socket, network: string): void {
    this.#underWay.delete(socket);
    this.#waiting.remove(network, socket);
    this.#hadItsChance(socket);
  }

  #hadItsChance(socket: Socket): void {
    clearTimeout(this.#fresh.get(socket));
    if (this.#fresh.delete(socket)) this.#beginSome();
  }

  #beginSome(): void {
    while (this.#begunThisTurn < HANDSHAKES_PER_TURN && this.#fresh.size < HANDSHAKES_AT_ONCE) {
      const socket = this.#waiting.take();
      if (socket === undefined) return;
      this.#begin(socket);
    }
  }

  #begin(socket: Socket): void {
    this.#endTurnLater();
    this.#begunThisTurn += 1;
    socket.setTimeout(0);
    const [oldest] = this.#underWay;
    if (this.#underWay.size >= this.#options.maxUnderWay) oldest?.destroy();
    this.#underWay.add(socket);
    this.#fresh.set(
      socket,
      setTimeout(() => this.#hadItsChance(socket), HANDSHAKE_CHANCE_MS),
    );
    this.#options.begin(socket);
  }

  #endTurnLater(): void {
    if (this.#isTurnEnding) return;
    this.#isTurnEnding = true;
    setImmediate(() => {
      this.#isTurnEnding = false;
      this.#begunThisTurn = 0;
      this.#beginSome();
    });
  }
}
