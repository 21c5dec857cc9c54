/** The ways between hosts: bytes come in order, after the queue of the sender's uplink, the way, and the receiver's. */
import type { Agenda } from '../agenda.js';
import type { Host } from './host.js';

/** Headers of TCP and IP, of a record of TLS, and of a frame: around a message of few bytes. */
const MESSAGE_OVERHEAD_BYTES = 90;
/** Around a run of a file's bytes. What TCP and TLS add to it is left out: capacities are those for the payload. */
const BLOCK_OVERHEAD_BYTES = 17;

export interface Way {
  readonly from: Host;
  readonly to: Host;
}

export class Network {
  readonly #agenda: Agenda;
  /** Messages and blocks. */
  messages = 0;
  blocks = 0;

  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  /** How long a byte is on its way, ms. */
  distanceMs({ from, to }: Way): number {
    return from.distanceMs + to.distanceMs;
  }

  /** A small message. */
  tell({ from, to }: Way, bytes: number, deliver: () => void): void {
    this.messages += 1;
    this.#send({ from, to }, bytes + MESSAGE_OVERHEAD_BYTES, deliver);
  }

  /** Bytes of a file. */
  sendBlock({ from, to }: Way, bytes: number, deliver: () => void): void {
    this.blocks += 1;
    this.#send({ from, to }, bytes + BLOCK_OVERHEAD_BYTES, deliver);
  }

  #send({ from, to }: Way, bytes: number, deliver: () => void): void {
    const agenda = this.#agenda;
    const leavesMs = from.send(bytes, agenda.now);
    agenda.after(leavesMs + this.distanceMs({ from, to }) - agenda.now, () => {
      const readyMs = to.receive(bytes, from.spreadMs(bytes), agenda.now);
      if (readyMs > agenda.now) agenda.after(readyMs - agenda.now, deliver);
      else deliver();
    });
  }
}
