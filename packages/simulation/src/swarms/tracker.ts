/** The tracker as far as a swarm sees it: who is there, and the pushed word of who joins and leaves. */
import type { Agenda } from '../agenda.js';
import type { Member } from './member.js';

/** One way to the tracker. */
const DISTANCE_MS = 25;

export class Tracker {
  readonly #agenda: Agenda;
  readonly #listed: Member[] = [];
  readonly #placeOf = new Map<Member, number>();
  readonly #subscribers = new Set<Member>();

  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  /** Those who serve, in no order. */
  get listed(): readonly Member[] {
    return this.#listed;
  }

  lists(member: Member): boolean {
    return this.#placeOf.has(member);
  }

  /** The subscriber hears of all who are there, and then of each who joins. */
  subscribe(member: Member): void {
    this.#agenda.after(2 * DISTANCE_MS, () => {
      if (member.host.isGone) return;
      this.#subscribers.add(member);
      member.neighbours?.begin();
    });
  }

  unsubscribe(member: Member): void {
    this.#subscribers.delete(member);
  }

  announce(member: Member): void {
    this.#agenda.after(DISTANCE_MS, () => {
      if (member.host.isGone || this.#placeOf.has(member)) return;
      this.#placeOf.set(member, this.#listed.push(member) - 1);
      this.#agenda.after(DISTANCE_MS, () => {
        for (const subscriber of this.#subscribers) subscriber.neighbours?.joined(member);
      });
    });
  }

  leave(member: Member): void {
    this.unsubscribe(member);
    this.#agenda.after(DISTANCE_MS, () => {
      const place = this.#placeOf.get(member);
      if (place === undefined) return;
      this.#placeOf.delete(member);
      const last = this.#listed.pop() as Member;
      if (last === member) return;
      this.#listed[place] = last;
      this.#placeOf.set(last, place);
    });
  }
}
