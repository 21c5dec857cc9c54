/** Hosts that are all this machine: one address, and free ports for whatever usually has the same everywhere. */
import { freePorts } from '@p2p/harness';
import type { Host } from '../contenders/host.js';

/** No contender listens on more of a host. */
const PORTS_PER_HOST = 4;

export class LoopbackHost implements Host {
  readonly address = '127.0.0.1';
  readonly entrance = [];
  readonly #free: number[];
  readonly #given = new Map<number, number>();

  private constructor(ports: readonly number[]) {
    this.#free = [...ports];
  }

  static async several(count: number): Promise<LoopbackHost[]> {
    const ports = await freePorts(count * PORTS_PER_HOST);
    return Array.from(
      { length: count },
      (_, index) => new LoopbackHost(ports.slice(index * PORTS_PER_HOST, (index + 1) * PORTS_PER_HOST)),
    );
  }

  port(usual: number): number {
    const port = this.#given.get(usual) ?? this.#free.pop();
    if (port === undefined) throw new Error('a host has no more ports');
    this.#given.set(usual, port);
    return port;
  }
}
