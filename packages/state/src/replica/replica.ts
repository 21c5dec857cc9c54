/**
 * The protocol between trackers as a pure step: an input goes in, effects come out. A request becomes an operation of
 * this tracker, is persisted, goes to every other tracker once it is flushed, and is answered when all have it on their
 * disks (requests.ts). What arrives from others is put in its place of the one order; a tracker that was away is sent what
 * it lacks (linking.ts). What every tracker has on its disk is final (finality.ts), and folded into rows.
 */
import { type FinalMark, FOLD_SLICE_OPERATIONS, type RequestId } from '@p2p/protocol';
import type { State } from '../state.js';
import type { Entry } from '../timeline.js';
import { Finality } from './finality.js';
import type { Checkpoint, InputOf, ReplicaBase, ReplicaEffect, ReplicaInput, ReplicaOptions } from './interface.js';
import { Ledger } from './ledger.js';
import { Linking, type News } from './linking.js';
import { Requests } from './requests.js';
import { seqIn } from './vectors.js';

/** Operations that become final in one step: each is hashed, and nobody should wait for a million of them. */
const SETTLE_SLICE_OPERATIONS = 1_024;

export class Replica {
  readonly #options: ReplicaOptions;
  readonly #base: Pick<ReplicaBase, 'incarnation'>;
  readonly #ledger: Ledger;
  readonly #finality: Finality;
  readonly #linking: Linking;
  readonly #requests: Requests;
  #effects: ReplicaEffect[] = [];
  /** Clients come: what this tracker holds is built upon. */
  #serving = false;
  #wasComplete = false;
  #moreToSettle = false;
  /** Another replica has taken its place. */
  #over = false;

  constructor(options: ReplicaOptions, base: ReplicaBase) {
    const emit = (effect: ReplicaEffect) => void this.#effects.push(effect);
    const own = base.incarnation;
    this.#options = options;
    this.#base = { incarnation: own };
    this.#ledger = new Ledger(base, options.sha256);
    this.#finality = new Finality(options, this.#ledger, own);
    this.#linking = new Linking(options, { own, ledger: this.#ledger, finality: this.#finality }, emit);
    this.#requests = new Requests(this.#ledger, this.#linking, emit);
  }

  get incarnation(): ReplicaBase['incarnation'] {
    return this.#base.incarnation;
  }

  /** The state as this tracker sees it now. Read it at once: the next step may change it. */
  get state(): State {
    return this.#ledger.timeline.state;
  }

  /** Slots of the trackers that are linked and caught up, ascending. */
  get linkedSlots(): number[] {
    return this.#linking.linkedSlots;
  }

  /** How many operations are final, and the running digest over them. */
  get finalMark(): FinalMark {
    return this.#ledger.timeline.final;
  }

  /** Whether a `work` is due. */
  get hasWork(): boolean {
    return !this.#over && (this.#ledger.timeline.foldable > 0 || this.#moreToSettle);
  }

  /** Whether this request has been carried out already, here or elsewhere. */
  knows(requestId: RequestId): boolean {
    return this.#requests.knows(requestId);
  }

  /** The folded state in slices, to be written down anew. */
  checkpoint(): Checkpoint {
    return this.#ledger.timeline.checkpoint();
  }

  /** Takes one input; the effects are to be performed in order. */
  step(input: ReplicaInput): ReplicaEffect[] {
    if (!this.#over) this.#take(input);
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #take(input: ReplicaInput): void {
    switch (input.kind) {
      case 'started':
        return this.#start(input);
      case 'ready':
        this.#serving = true;
        return this.#keepWhatIsOpen(input.now, this.#ledger.timeline.tentative());
      case 'request':
        return this.#requests.take(input);
      case 'attach':
        return this.#requests.attach(input);
      case 'session_in_use':
        return this.#requests.noteUse(input);
      case 'operate':
        return this.#requests.operate(input);
      case 'flushed':
        this.#ledger.flush(input.upTo);
        this.#finality.ownHasGrown();
        this.#linking.spread();
        return this.#progress(input.now);
      case 'link_opened':
        return this.#linking.open(input);
      case 'link_message':
        return this.#receive(input);
      case 'link_ready':
        this.#linking.ready(input);
        return this.#noticeCompleteness(input.now);
      case 'link_closed':
        this.#linking.close(input);
        // What was to come behind a backlog does not come any more.
        this.#merge(input.now);
        return this.#progress(input.now);
      case 'work':
        this.#settle(input.now);
        return this.#fold();
    }
  }

  /** A new incarnation greets; one that was here before sees whether it has to again. */
  #start({ now }: InputOf<'started'>): void {
    const { incarnation } = this.#base;
    if (seqIn(this.#ledger.have, incarnation) === 0) this.#requests.greet(this.#options.slot, now);
    // What it has greeted since may have been lost with what was not flushed.
    else this.#greetAgain(now);
    // Where nobody else is waited for, all that is on the disk is final, and nothing else may come that would show it.
    this.#progress(now);
  }

  /** Somebody else is taken to have this slot, or to be about to: nothing is final until this tracker has greeted again. */
  #greetAgain(now: number): void {
    const row = this.state.slots.get(this.#options.slot);
    if (row === undefined || !row.incarnations.includes(this.#base.incarnation)) return;
    if (row.incarnations.length + row.vacancies.length > 1) this.#requests.greet(this.#options.slot, now);
  }

  #receive(input: InputOf<'link_message'>): void {
    const { fresh, snapshot, giving } = this.#linking.receive(input);
    if (snapshot !== undefined) return this.#rejoin(snapshot, input.now);
    if (fresh !== undefined && fresh.length > 0) {
      this.#emit({ kind: 'persist', operations: fresh, upTo: this.#ledger.persisted });
    }
    if (giving?.peer !== undefined) giving.givingUntil = this.#requests.vacate(giving.peer.slot, input.now);
    this.#linking.dropOutdated();
    this.#merge(input.now);
    this.#linking.spread();
    this.#progress(input.now);
  }

  /** Puts what came in into its place, or leaves it for later while more of a backlog is on its way. */
  #merge(now: number): void {
    const applied = this.#ledger.merge(this.#linking.isCatchingUp);
    if (applied.length === 0) return;
    this.#emit({ kind: 'changed', operations: applied.map(({ operation }) => operation) });
    this.#linking.dropReplaced();
    this.#greetAgain(now);
    this.#keepWhatIsOpen(now, applied);
  }

  /** Somebody may be on more disks than before, or need not be waited for any more. */
  #progress(now: number): void {
    this.#noticeCompleteness(now);
    this.#settle(now);
    this.#requests.answerHeld(now);
  }

  #noticeCompleteness(now: number): void {
    const { isComplete } = this.#linking;
    if (this.#wasComplete && !isComplete) {
      this.#merge(now);
      this.#keepWhatIsOpen(now, this.#ledger.timeline.tentative());
      this.#requests.answerAll(now);
    }
    this.#wasComplete = isComplete;
  }

  #keepWhatIsOpen(now: number, entries: Iterable<Entry>): void {
    if (this.#serving && !this.#linking.isComplete) this.#requests.keepWhatIsOpen(entries, now);
  }

  #settle(now: number): void {
    const isHeld = this.#finality.held();
    this.#moreToSettle = false;
    if (isHeld === undefined) return;
    const settled = this.#ledger.timeline.settle(isHeld, SETTLE_SLICE_OPERATIONS);
    this.#moreToSettle = settled.length === SETTLE_SLICE_OPERATIONS;
    if (settled.length > 0) this.#requests.answerSettled(settled, now);
  }

  #fold(): void {
    if (this.#ledger.timeline.foldable === 0) return;
    this.#emit({ kind: 'fold', ...this.#ledger.timeline.fold(FOLD_SLICE_OPERATIONS) });
    this.#ledger.forgetFolded(this.#linking.oldestCursor);
    if (this.#ledger.timeline.foldable === 0) this.#linking.tellFinal();
  }

  /** This tracker begins anew with another one's state, and proposes its own operations again. */
  #rejoin({ intake, end, link }: NonNullable<News['snapshot']>, now: number): void {
    this.#ledger.merge();
    const { timeline, have, clock } = this.#ledger;
    const { slot } = this.#options;
    const hasSlot = timeline.state.slots.get(slot)?.incarnations.includes(this.#base.incarnation) === true;
    const takeover = intake.finish(end, {
      slot,
      incarnation: this.#options.freshIncarnation(),
      former: this.#base.incarnation,
      unfolded: timeline.unfolded(),
      folded: timeline.mark.vector,
      have,
      inGoodStanding: hasSlot && this.#linking.joined,
      clock,
      now,
    });
    if (takeover.kind !== 'base') return this.#linking.declineSnapshot(link, takeover.kind);
    this.#over = true;
    this.#emit({ kind: 'rejoin', base: takeover.base });
  }

  #emit(effect: ReplicaEffect): void {
    this.#effects.push(effect);
  }
}
