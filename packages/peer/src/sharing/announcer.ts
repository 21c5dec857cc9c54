/**
 * Keeps the tracker's picture of what this client serves equal to the library: sends differences, page by page, and
 * everything anew to a tracker that takes over or after a log-in.
 */
import { type FileId, LEASE_RENEWAL_MS, MAX_ANNOUNCED_FILES, type QueryInput } from '@p2p/protocol';
import type { Library, LibraryChange } from '../library/library.js';
import type { TrackerSession } from '../tracker-session/tracker-session.js';

type Announcement = Pick<Extract<QueryInput, { type: 'announce' }>, 'add' | 'remove'>;

export class Announcer {
  readonly #session: Pick<TrackerSession, 'ask'>;
  readonly #library: Library;
  readonly #stopListening: () => void;
  /** What the tracker has been told: file → whether it is whole. */
  #told = new Map<FileId, boolean>();
  /** Files of which that may be something else than what the library says. */
  readonly #unsure = new Set<FileId>();
  #refused = new Set<FileId>();
  /** Rises when the tracker has forgotten everything: answers to what was asked before no longer count. */
  #epoch = 0;
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(session: Pick<TrackerSession, 'ask'>, library: Library) {
    this.#session = session;
    this.#library = library;
    this.#stopListening = library.onChange((change) => this.#doubt(change));
  }

  /** Another one whenever a tracker may say something else than before of what this user may share. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Announces everything again: another tracker, another log-in, or other rights. */
  refresh(): void {
    this.#epoch++;
    this.#told = new Map();
    if (this.#refused.size > 0) this.#setRefused(new Set());
    this.#doubt('all');
  }

  /** Resolves when nothing is left to announce, or the tracker can't be told now. */
  async settled(): Promise<void> {
    await this.#running;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#stopListening();
  }

  #doubt(change: LibraryChange): void {
    if (change === 'all') {
      for (const { id } of this.#library.shared()) this.#unsure.add(id);
      for (const id of this.#told.keys()) this.#unsure.add(id);
    } else {
      this.#unsure.add(change);
    }
    this.#start();
  }

  #start(): void {
    if (this.#closed || this.#running !== undefined) return;
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    // What changes in one turn of the event loop goes out together.
    await Promise.resolve();
    let page = this.#nextPage();
    while (page !== undefined && !this.#closed && (await this.#announce(page))) page = this.#nextPage();
    // In the same turn as the last look at the library, so that no later change is missed.
    this.#running = undefined;
  }

  /** False where the tracker can't be told now. */
  async #announce(page: Announcement): Promise<boolean> {
    const epoch = this.#epoch;
    const called = await this.#session.ask({ type: 'announce', ...page });
    if (epoch !== this.#epoch) return true;
    if (called.ok) this.#record(page, called.reply.refused);
    else this.#retryLater();
    return called.ok;
  }

  /** The next differences; undefined where the tracker knows everything. They are looked at again when it has answered. */
  #nextPage(): Announcement | undefined {
    const add: { file: FileId; complete: boolean }[] = [];
    const remove: FileId[] = [];
    for (const id of this.#unsure) {
      if (add.length + remove.length === MAX_ANNOUNCED_FILES) break;
      const wanted = this.#library.own(id)?.content.complete;
      if (wanted === this.#told.get(id) || (wanted !== undefined && this.#refused.has(id))) this.#unsure.delete(id);
      else if (wanted === undefined) remove.push(id);
      else add.push({ file: id, complete: wanted });
    }
    return add.length === 0 && remove.length === 0 ? undefined : { add, remove };
  }

  #record(page: Announcement, refused: readonly FileId[]): void {
    for (const { file, complete } of page.add) this.#told.set(file as FileId, complete);
    for (const file of page.remove) this.#told.delete(file as FileId);
    if (refused.length === 0) return;
    for (const file of refused) this.#told.delete(file);
    this.#setRefused(new Set([...this.#refused, ...refused]));
    this.#retryLater();
  }

  #setRefused(refused: Set<FileId>): void {
    this.#refused = refused;
    this.#library.setRefused(refused);
  }

  /** A refusal may pass: the tracker catches up, the membership is renewed. */
  #retryLater(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#setRefused(new Set());
      this.#start();
    }, LEASE_RENEWAL_MS);
  }
}
