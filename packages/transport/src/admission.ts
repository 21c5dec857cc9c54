/**
 * Who may come in: so many in all, and so many from one network. Where there is no room, whoever has been a stranger for
 * the longest time has to leave, so that connections that say nothing keep nobody out; where all are trusted, the
 * newcomer. Knows no sockets.
 */
export interface AdmissionOptions {
  readonly maxGuests: number;
  readonly maxPerNetwork: number;
}

/** Guests of one network, or all of them. */
class Room<T> {
  guests = 0;
  /** In the order in which they became strangers. */
  readonly strangers = new Set<T>();

  get longestStranger(): T | undefined {
    const [first] = this.strangers;
    return first;
  }
}

export class Admission<T> {
  readonly #options: AdmissionOptions;
  readonly #house = new Room<T>();
  readonly #byNetwork = new Map<string, Room<T>>();
  /** The network of each guest; undefined where it is not counted by network. */
  readonly #networks = new Map<T, string | undefined>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#networks.size;
  }

  /**
   * Lets a stranger in, unless there is no room. Returns who has to leave, if anybody: another stranger, who is not
   * counted any more, or `guest` itself, who was not let in. `network`: undefined where it is not to be counted.
   */
  enter(guest: T, network: string | undefined): T | undefined {
    const { maxGuests, maxPerNetwork } = this.#options;
    const own = network === undefined ? undefined : this.#byNetwork.get(network);
    const crowded = own !== undefined && own.guests >= maxPerNetwork ? own : undefined;
    const full = crowded ?? (this.#house.guests >= maxGuests ? this.#house : undefined);
    const leaver = full?.longestStranger;
    if (full !== undefined && leaver === undefined) return guest;
    if (leaver !== undefined) this.leave(leaver);
    this.#networks.set(guest, network);
    for (const room of this.#roomsOf(network)) {
      room.guests += 1;
      room.strangers.add(guest);
    }
    return leaver;
  }

  /** Whoever is trusted stays; a stranger who was trusted before is the last one of them. */
  setTrusted(guest: T, isTrusted: boolean): void {
    if (!this.#networks.has(guest)) return;
    for (const { strangers } of this.#roomsOf(this.#networks.get(guest))) {
      if (isTrusted) strangers.delete(guest);
      else strangers.add(guest);
    }
  }

  leave(guest: T): void {
    if (!this.#networks.has(guest)) return;
    const network = this.#networks.get(guest);
    this.#networks.delete(guest);
    for (const room of this.#roomsOf(network)) {
      room.guests -= 1;
      room.strangers.delete(guest);
      if (room.guests === 0 && network !== undefined && room !== this.#house) this.#byNetwork.delete(network);
    }
  }

  #roomsOf(network: string | undefined): Room<T>[] {
    if (network === undefined) return [this.#house];
    const room = this.#byNetwork.get(network) ?? new Room<T>();
    this.#byNetwork.set(network, room);
    return [this.#house, room];
  }
}
