/**
 * The links to all other trackers: dialled and accepted, fed into the replica, and told about to the operator. Which of
 * two links to one tracker stays, and whether one is refused, the replica decides.
 */
import type { FailedLogIns, PresenceChange, SyncDial, TrackerEntry } from '@p2p/protocol';
import { MAX_ATTEMPTS_PER_MESSAGE, MAX_SYNC_FRAME_BYTES, PRESENCE_BATCH_FILES } from '@p2p/protocol';
import type { LinkId } from '@p2p/state';
import type { Connection, DialFailure } from '@p2p/transport';
import type { DialRequests } from '../client-connections/dial-requests.js';
import { takeOverKeys } from '../cluster-keys/take-over-keys.js';
import { type Configuration, describeTracker } from '../configuration.js';
import { Gate } from '../gate.js';
import type { Log } from '../log.js';
import type { AttemptsBoard } from '../log-ins/attempts-board.js';
import type { PresenceBoard } from '../replication/presence-board.js';
import type { LinkPort, ReplicatedState } from '../replication/replicated-state.js';
import { Dialler } from './dialler.js';
import { PeerLink } from './peer-link.js';

export interface PeerLinksOptions {
  readonly configuration: Configuration;
  readonly replicated: ReplicatedState;
  readonly board: PresenceBoard;
  readonly dialRequests: DialRequests;
  readonly attempts: AttemptsBoard;
  readonly log: Log;
}

/** Another tracker as this one sees it. */
interface Neighbour {
  readonly entry: TrackerEntry;
  readonly dialler: Dialler;
  linked: boolean;
  /** What was said last about why it can't be reached: the same is not said twice in a row. */
  complaint: string | undefined;
  /** Opens once it is linked or a first attempt has failed. */
  readonly settled: Gate;
}

export class PeerLinks implements LinkPort {
  readonly #options: PeerLinksOptions;
  readonly #links = new Map<LinkId, PeerLink>();
  /** Links that are caught up: they carry presence and failed log-ins too. */
  readonly #carrying = new Set<PeerLink>();
  readonly #neighbours = new Map<number, Neighbour>();
  #lastLink = 0;

  constructor(options: PeerLinksOptions) {
    this.#options = options;
    const { trackers, own } = options.configuration;
    for (const entry of trackers) {
      if (entry.number !== own.number) this.#neighbours.set(entry.number, this.#neighbour(entry));
    }
    options.replicated.connectLinks(this);
  }

  /** Dials every other tracker. Resolves when each is linked or has failed to answer once. */
  async start(): Promise<void> {
    for (const { dialler } of this.#neighbours.values()) void dialler.dial();
    await Promise.all([...this.#neighbours.values()].map(({ settled }) => settled.opened));
  }

  /** A connection with the cluster's own key. `slot`: who was dialled; undefined where the other side dialled. */
  accept(connection: Connection, slot?: number): void {
    const id = ++this.#lastLink;
    const { replicated, board, dialRequests, attempts } = this.#options;
    connection.setMaxFrameBytes(MAX_SYNC_FRAME_BYTES);
    const link = new PeerLink(connection, {
      message: (message) => {
        if (message.type === 'presence') board.applyRemote(message.changes);
        else if (message.type === 'dial') dialRequests.pass(message);
        else if (message.type === 'attempts') attempts.applyRemote(message.changes);
        else if (message.type === 'keys') void takeOverKeys(message.file, this.#options);
        else replicated.input({ kind: 'link_message', link: id, message });
      },
      closed: () => {
        this.#links.delete(id);
        this.#carrying.delete(link);
        replicated.input({ kind: 'link_closed', link: id });
        if (slot !== undefined) this.#neighbours.get(slot)?.dialler.dialLater();
      },
    });
    this.#links.set(id, link);
    replicated.input({ kind: 'link_opened', link: id, dialled: slot !== undefined });
  }

  /** Sends presence to every linked tracker. */
  broadcast(changes: readonly PresenceChange[]): void {
    for (const link of this.#carrying) sendPresence(link, changes);
  }

  /** Asks every linked tracker: which one the sharer is connected to is not known here. */
  broadcastDial(message: SyncDial): void {
    for (const link of this.#carrying) link.send(message);
  }

  /** Sends failed log-ins to every linked tracker. */
  broadcastAttempts(changes: readonly FailedLogIns[]): void {
    for (const link of this.#carrying) sendAttempts(link, changes);
  }

  /** There is a new key: every linked tracker gets it, and those that are away when they are back. */
  handKeysOn(): void {
    for (const link of this.#carrying) this.#handKeysTo(link);
  }

  stop(): void {
    for (const { dialler } of this.#neighbours.values()) dialler.stop();
    for (const link of this.#links.values()) link.close();
  }

  send: LinkPort['send'] = ({ link: id, message, isBulk }) => {
    const link = this.#links.get(id);
    if (link === undefined) return;
    link.send(message);
    if (!isBulk) return;
    // Not before everybody else has had a turn: a backlog takes as long as it takes, clients don't wait for it.
    void link
      .drained()
      .then(() => setImmediate(() => this.#options.replicated.input({ kind: 'link_ready', link: id })));
  };

  closeAll: LinkPort['closeAll'] = () => {
    for (const link of this.#links.values()) link.close();
  };

  rejoined: LinkPort['rejoined'] = (operations) => {
    this.#options.log.info(
      `this directory was new, or older than the cluster: took over what the other tracker has (${operations} operations)`,
    );
  };

  close: LinkPort['close'] = (id) => this.#links.get(id)?.close();

  linked: LinkPort['linked'] = (id, slot) => {
    const link = this.#links.get(id);
    if (link !== undefined) {
      this.#carrying.add(link);
      if (link.shownKey !== this.#options.configuration.keys.current.id) this.#handKeysTo(link);
      sendPresence(link, this.#options.board.snapshot());
      sendAttempts(link, this.#options.attempts.snapshot());
    }
    const neighbour = this.#neighbours.get(slot);
    if (neighbour === undefined) return;
    neighbour.dialler.linked();
    neighbour.settled.open();
    if (neighbour.linked) return;
    neighbour.linked = true;
    neighbour.complaint = undefined;
    this.#options.log.info(`linked with ${describeTracker(neighbour.entry)}`);
  };

  unlinked: LinkPort['unlinked'] = (slot) => {
    const neighbour = this.#neighbours.get(slot);
    if (neighbour === undefined || this.#options.replicated.linkedSlots.includes(slot)) return;
    neighbour.linked = false;
    neighbour.dialler.lost();
    this.#options.log.info(`${describeTracker(neighbour.entry)} is away – going on without it`);
  };

  refused: LinkPort['refused'] = ({ by, slot, refusal }) => {
    const neighbour = slot === undefined ? undefined : this.#neighbours.get(slot);
    const who = neighbour === undefined ? 'a tracker' : describeTracker(neighbour.entry);
    const line = `${who} ${by === 'us' ? 'is refused' : 'refuses the link'}: ${refusal.detail}`;
    neighbour?.settled.open();
    if (neighbour === undefined || neighbour.complaint !== line) this.#options.log.warn(line);
    if (neighbour !== undefined) neighbour.complaint = line;
  };

  #handKeysTo(link: PeerLink): void {
    link.send({ type: 'keys', file: this.#options.configuration.keys.file });
  }

  #neighbour(entry: TrackerEntry): Neighbour {
    const dialler = new Dialler({
      entry,
      keys: this.#options.configuration.keys,
      connected: (connection) => this.accept(connection, entry.number),
      failed: (failure) => this.#unreachable(entry, failure),
    });
    return { entry, dialler, linked: false, complaint: undefined, settled: new Gate() };
  }

  #unreachable(entry: TrackerEntry, failure: DialFailure): void {
    const neighbour = this.#neighbours.get(entry.number);
    if (neighbour === undefined) return;
    neighbour.settled.open();
    const line = this.#complaintOf(entry, failure);
    if (neighbour.complaint === line || neighbour.linked) return;
    neighbour.complaint = line;
    if (failure.reason === 'wrong_identity') this.#options.log.warn(line);
    else this.#options.log.info(line);
  }

  #complaintOf(entry: TrackerEntry, { reason, key }: DialFailure): string {
    const who = describeTracker(entry);
    if (reason !== 'wrong_identity') return `${who} does not answer – going on without it, trying again`;
    const { keys } = this.#options.configuration;
    if (key !== undefined && keys.knows(key))
      return `${who} has a key that this cluster has left behind – copy ${keys.path} to that machine, and start it again`;
    return (
      `${who} has another key: sha256:${key ?? '?'} there, sha256:${keys.current.id} here – ` +
      `copy ${keys.path} to that machine, or its cluster.key here, and start that tracker again with an empty data directory`
    );
  }
}

/** In parts, so that no message outgrows its frame. */
function sendPresence(link: PeerLink, changes: readonly PresenceChange[]): void {
  let batch: PresenceChange[] = [];
  let files = 0;
  for (const change of changes) {
    batch.push(change);
    files += change.kind === 'shares' ? change.add.length + change.remove.length : 1;
    if (files < PRESENCE_BATCH_FILES) continue;
    link.send({ type: 'presence', changes: batch });
    batch = [];
    files = 0;
  }
  if (batch.length > 0) link.send({ type: 'presence', changes: batch });
}

function sendAttempts(link: PeerLink, changes: readonly FailedLogIns[]): void {
  for (let at = 0; at < changes.length; at += MAX_ATTEMPTS_PER_MESSAGE) {
    link.send({ type: 'attempts', changes: changes.slice(at, at + MAX_ATTEMPTS_PER_MESSAGE) });
  }
}
