/**
 * The connections between trackers. They are as TCP is: in order while they live, stalled while a direction is cut,
 * ended when one side has heard nothing for too long; and the two sides learn of the end at different times.
 */
import { SILENCE_TIMEOUT_MS, TRACKER_DIAL_TIMEOUT_MS } from '@p2p/protocol';
import type { Agenda } from '../agenda.js';
import type { Dice } from '../dice.js';
import { type Packet, Pipe } from './pipe.js';

/** A program at one end of connections, for as long as it runs. */
export interface Station {
  readonly slot: number;
  /** Whether it answers: it runs, and is not stopped in its tracks. */
  readonly isResponsive: boolean;
  readonly isAlive: boolean;
  receive(end: End, packet: Packet): void;
}

/** One end of a connection. */
export interface End {
  readonly link: number;
  readonly station: Station;
  readonly other: Station;
  readonly dialled: boolean;
  /** What the other side sends. */
  readonly incoming: Pipe;
  readonly outgoing: Pipe;
}

/** Noticing silence takes this much longer, at most: timers are late, and pings have an interval. */
const SILENCE_JITTER_MS = 1_500;

export interface NetworkOptions {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly delayMs: () => number;
}

export class Network {
  readonly #options: NetworkOptions;
  readonly #ends = new Set<End>();
  /** `from>to` -> when it was cut. */
  readonly #cuts = new Map<string, number>();
  #lastLink = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  get isQuiet(): boolean {
    return [...this.#ends].every(({ incoming }) => incoming.isEmpty);
  }

  /** Open ends of this station, to `slot` where that is given. */
  endsOf(station: Station, slot?: number): End[] {
    return [...this.#ends].filter((end) => end.station === station && (slot === undefined || end.other.slot === slot));
  }

  /** Tries to connect; `failed` is called where nothing comes of it. */
  dial(from: Station, to: Station | undefined, failed: () => void): void {
    const { agenda, delayMs } = this.#options;
    const reaches = () => to?.isResponsive && !this.isCut(from.slot, to.slot) && !this.isCut(to.slot, from.slot);
    if (!reaches()) return agenda.after(to?.isAlive ? TRACKER_DIAL_TIMEOUT_MS : 1, failed);
    agenda.after(2 * delayMs(), () => {
      if (to !== undefined && from.isAlive && reaches()) this.#connect(from, to);
      else failed();
    });
  }

  /** Ends it from this side; what was sent before still arrives. */
  close(end: End): void {
    if (!this.#ends.delete(end)) return;
    end.incoming.deafen();
    end.outgoing.close();
  }

  /** The station is gone. The others learn of it when they do: at once, or by the silence. */
  leave(station: Station): void {
    const { dice } = this.#options;
    const lateMs = dice.chance(0.5) ? 5 : SILENCE_TIMEOUT_MS + SILENCE_JITTER_MS;
    for (const end of this.endsOf(station)) {
      this.#ends.delete(end);
      end.incoming.deafen();
      end.outgoing.break(lateMs);
    }
  }

  /** Ends all connections between two slots; each side learns of it in its own time. */
  break(one: number, other: number): void {
    const { dice } = this.#options;
    for (const end of [...this.#ends]) {
      const { slot } = end.station;
      if ((slot === one && end.other.slot === other) || (slot === other && end.other.slot === one)) {
        end.incoming.break(dice.chance(0.3) ? 30_000 : 50);
      }
    }
  }

  isCut(from: number, to: number): boolean {
    return this.#cuts.has(`${from}>${to}`);
  }

  /** Nothing passes from one slot to another any more, in this direction. */
  cut(from: number, to: number): void {
    const { agenda, dice } = this.#options;
    const key = `${from}>${to}`;
    if (this.#cuts.has(key)) return;
    const since = agenda.now;
    this.#cuts.set(key, since);
    agenda.after(SILENCE_TIMEOUT_MS + dice.below(SILENCE_JITTER_MS), () => {
      if (this.#cuts.get(key) === since)
        this.#noticeSilence((end) => end.station.slot === to && end.other.slot === from);
    });
  }

  mend(from: number, to: number): void {
    this.#cuts.delete(`${from}>${to}`);
    for (const { incoming, station, other } of this.#ends) {
      if (other.slot === from && station.slot === to) incoming.resume();
    }
  }

  /** Everything that is on its way from one slot to another is lost. */
  discard(from: number, to: number): void {
    for (const { incoming, station, other } of this.#ends) {
      if (other.slot === from && station.slot === to) incoming.discard();
    }
  }

  mendAll(): void {
    for (const key of [...this.#cuts.keys()]) {
      const [from, to] = key.split('>').map(Number) as [number, number];
      this.mend(from, to);
    }
  }

  /** A station does not answer from now on, while `isStill` says so. */
  watchSilence(station: Station, isStill: () => boolean): void {
    const { agenda, dice } = this.#options;
    agenda.after(SILENCE_TIMEOUT_MS + dice.below(SILENCE_JITTER_MS), () => {
      if (isStill()) this.#noticeSilence((end) => end.other === station);
    });
  }

  /** Those who hear nothing close their side. One that is itself stopped notices nothing; the other side will. */
  #noticeSilence(isDeaf: (end: End) => boolean): void {
    for (const end of [...this.#ends]) {
      if (!isDeaf(end) || !end.station.isResponsive) continue;
      this.close(end);
      end.station.receive(end, 'closed');
    }
  }

  #connect(from: Station, to: Station): void {
    this.#lastLink += 1;
    const link = this.#lastLink;
    const forth = this.#pipe(from, to, () => there);
    const back = this.#pipe(to, from, () => here);
    const here: End = { link, station: from, other: to, dialled: true, incoming: back, outgoing: forth };
    const there: End = { link, station: to, other: from, dialled: false, incoming: forth, outgoing: back };
    this.#ends.add(here).add(there);
    back.send('opened');
    forth.send('opened');
  }

  #pipe(from: Station, to: Station, receiver: () => End): Pipe {
    const deliver = (packet: Packet) => {
      const end = receiver();
      if (packet === 'closed') {
        this.#ends.delete(end);
        end.outgoing.close();
      }
      to.receive(end, packet);
    };
    return new Pipe({ ...this.#options, isCut: () => this.isCut(from.slot, to.slot), deliver });
  }
}
