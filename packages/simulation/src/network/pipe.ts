/** One direction of a connection: what is sent comes out in order, later, or not at all. */
import type { ReplicatedMessage } from '@p2p/state';
import type { Agenda } from '../agenda.js';
import type { Dice } from '../dice.js';

/** A message as bytes, or as it is. */
export type Packet = Uint8Array | ReplicatedMessage | 'opened' | 'closed';

export interface PipeOptions {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly delayMs: () => number;
  /** Whether nothing passes in this direction at the moment. */
  readonly isCut: () => boolean;
  readonly deliver: (packet: Packet) => void;
}

export class Pipe {
  readonly #options: PipeOptions;
  #packets: { readonly due: number; readonly packet: Packet }[] = [];
  #lastDue = 0;
  /** Nothing more can be sent: an end of the connection is gone. */
  #isEnding = false;
  /** When the receiver learns of the end by itself, whatever is cut. */
  #endsAt: number | undefined;
  #isPlanned = false;

  constructor(options: PipeOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#packets.length === 0;
  }

  send(packet: Packet): void {
    if (!this.#isEnding) this.#push(packet, this.#options.delayMs());
  }

  /** The sender closes: what it sent before still arrives. */
  close(): void {
    this.send('closed');
    this.#isEnding = true;
  }

  /** Some of what is under way is lost, and the receiver learns that the connection has ended, up to `lateMs` later. */
  break(lateMs: number): void {
    const { dice } = this.#options;
    if (this.#endsAt !== undefined) return;
    const arriving = dice.chance(0.5) ? this.#packets.length : dice.below(this.#packets.length + 1);
    this.#packets = this.#packets.slice(0, arriving).filter(({ packet }) => packet !== 'closed');
    this.#isEnding = true;
    this.#push('closed', dice.below(lateMs + 1));
    this.#endsAt = this.#lastDue;
    this.#options.agenda.after(this.#endsAt - this.#options.agenda.now, () => this.#pump());
  }

  /** What is under way is lost, but for the end. */
  discard(): void {
    this.#packets = this.#packets.filter(({ packet }) => packet === 'closed');
  }

  /** The receiver hears nothing more. */
  deafen(): void {
    this.#packets = [];
    this.#isEnding = true;
    this.#endsAt = 0;
  }

  /** To be called when a cut has ended. */
  resume(): void {
    this.#plan();
  }

  #push(packet: Packet, delayMs: number): void {
    this.#lastDue = Math.max(this.#lastDue, this.#options.agenda.now + delayMs);
    this.#packets.push({ due: this.#lastDue, packet });
    this.#plan();
  }

  #plan(): void {
    const [next] = this.#packets;
    if (next === undefined || this.#isPlanned) return;
    this.#isPlanned = true;
    const { agenda } = this.#options;
    agenda.after(Math.max(0, next.due - agenda.now), () => {
      this.#isPlanned = false;
      this.#pump();
    });
  }

  #pump(): void {
    const { agenda, isCut, deliver } = this.#options;
    for (let next = this.#packets[0]; next !== undefined; next = this.#packets[0]) {
      if (isCut()) {
        if (this.#endsAt === undefined || this.#endsAt > agenda.now) return;
        // What is still held up will never come.
        this.discard();
      }
      if (this.#packets[0] !== next) continue;
      if (next.due > agenda.now) return this.#plan();
      this.#packets.shift();
      deliver(next.packet);
    }
  }
}
