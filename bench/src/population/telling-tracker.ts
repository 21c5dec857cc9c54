/**
 * Tracker 2 of a cluster, as far as tracker 1 can tell: it greets, sends operations as fast as they are taken, and
 * acknowledges whatever it hears. It decides nothing and keeps nothing, so a million users take seconds and no memory;
 * tracker 1 gets them as it gets everything, and journals, applies and folds them.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Cluster } from '@p2p/harness';
import {
  clusterId,
  decodeMessage,
  decodeOperation,
  encodeMessage,
  encodeOperation,
  type IncarnationId,
  incarnationId,
  MAX_SYNC_FRAME_BYTES,
  MAX_SYNC_VALUES,
  type OperationBody,
  PING_INTERVAL_MS,
  PROTOCOL_VERSION,
  type RequestId,
  requestIdOf,
  type SyncMessage,
  syncMessage,
  type Vector,
} from '@p2p/protocol';
import { emptyMark, HybridClock } from '@p2p/state';
import { type Connection, dialSecure, loadOrCreateIdentity } from '@p2p/transport';

const SLOT = 2;
const DIAL_TIMEOUT_MS = 10_000;
/** Operations in one message, and those that may be unacknowledged: tracker 1 is kept busy, and its memory bounded. */
const BATCH_OPERATIONS = 256;
const WINDOW_OPERATIONS = 4_096;

export class TellingTracker {
  readonly #connection: Connection;
  readonly #incarnation: IncarnationId = incarnationId.parse(`${SLOT}.${randomBytes(8).toString('hex')}`);
  readonly #clock = new HybridClock();
  readonly #pinging = setInterval(() => this.#send({ type: 'ping' }), PING_INTERVAL_MS);
  /** What this tracker has: its own operations and tracker 1's. */
  readonly #have: Record<IncarnationId, number> = {};
  #batch: Uint8Array[] = [];
  #seq = 0;
  #acknowledged = 0;
  #heard: () => void = () => undefined;
  #failed: (error: Error) => void = () => undefined;
  /** Rejects when the link can't go on. */
  readonly #failure: Promise<never>;

  private constructor(connection: Connection) {
    this.#connection = connection;
    this.#failure = new Promise((_, reject) => {
      this.#failed = reject;
    });
    this.#failure.catch(() => clearInterval(this.#pinging));
  }

  /** Links with tracker 1, which must be running and have heard of no tracker 2 before. */
  static async link(cluster: Cluster): Promise<TellingTracker> {
    const loaded = await loadOrCreateIdentity(join(cluster.directory, 'cluster.key'));
    if (!loaded.ok) throw new Error(loaded.message);
    const { identity } = loaded;
    const where = { host: '127.0.0.1', port: cluster.port(1), expectKey: identity.id };
    const bounds = { timeoutMs: DIAL_TIMEOUT_MS, maxFrameBytes: MAX_SYNC_FRAME_BYTES };
    const dialled = await dialSecure({ identity, ...where, ...bounds });
    if (!dialled.ok) throw new Error(dialled.message);
    const tracker = new TellingTracker(dialled.connection);
    tracker.#greet(identity.id);
    await tracker.settled();
    return tracker;
  }

  /** Makes an operation of it and sends it, with others. Resolves when more may be told. */
  async tell(requestId: RequestId, body: OperationBody): Promise<void> {
    this.#add(requestId, body);
    if (this.#batch.length >= BATCH_OPERATIONS) this.#sendBatch();
    if (this.#seq - this.#acknowledged > WINDOW_OPERATIONS) await this.#acknowledgedTo(this.#seq - WINDOW_OPERATIONS);
  }

  /** Resolves when tracker 1 has everything on its disk. */
  async settled(): Promise<void> {
    this.#sendBatch();
    await this.#acknowledgedTo(this.#seq);
  }

  close(): void {
    clearInterval(this.#pinging);
    this.#connection.close();
  }

  #greet(cluster: string): void {
    this.#connection.start({
      frame: (frame) => this.#take(frame),
      closed: (reason) => this.#failed(new Error(`the link to tracker 1 ended: ${JSON.stringify(reason)}`)),
    });
    const init = { protocol: PROTOCOL_VERSION, cluster: clusterId.parse(cluster), slot: SLOT };
    this.#send({
      type: 'init',
      ...init,
      incarnation: this.#incarnation,
      have: {},
      last: {},
      joined: false,
      wallClock: Date.now(),
    });
    // Of no device, like every greeting.
    this.#add(requestIdOf('0'.repeat(64) as never, 1), { kind: 'hello', slot: SLOT });
  }

  #add(requestId: RequestId, body: OperationBody): void {
    const stamp = this.#clock.next(Date.now(), this.#incarnation);
    this.#seq += 1;
    this.#batch.push(encodeOperation({ stamp, seq: this.#seq, requestId, mode: 'keep', actor: null, body }).bytes);
  }

  #sendBatch(): void {
    if (this.#batch.length > 0) this.#send({ type: 'sync', operations: this.#batch });
    this.#batch = [];
    this.#have[this.#incarnation] = this.#seq;
    this.#acknowledge();
  }

  #take(frame: Uint8Array): void {
    const decoded = decodeMessage(syncMessage, frame, MAX_SYNC_VALUES);
    if (!decoded.ok) return this.#failed(new Error(decoded.reason));
    const { message } = decoded;
    if (message.type === 'ping') return this.#send({ type: 'pong' });
    if (message.type === 'refuse') return this.#failed(new Error(`the link is refused: ${message.detail}`));
    if (message.type === 'sync') return this.#hear(message.operations);
    if (message.type === 'vec') this.#learn(message.flushed);
  }

  #hear(operations: readonly Uint8Array[]): void {
    for (const bytes of operations) {
      const operation = decodeOperation(bytes)?.operation;
      if (operation === undefined) return this.#failed(new Error('an operation of tracker 1 can not be read'));
      this.#clock.observe(operation.stamp);
      this.#have[operation.stamp.incarnation] = operation.seq;
    }
    this.#acknowledge();
  }

  #learn(flushed: Readonly<Record<IncarnationId, Vector>>): void {
    for (const [incarnation, vector] of Object.entries(flushed)) {
      if (incarnation !== this.#incarnation) this.#acknowledged = vector[this.#incarnation] ?? this.#acknowledged;
    }
    this.#heard();
  }

  /** Its own final operations are none of anybody's business: it has no digest to compare. */
  #acknowledge(): void {
    const { count, digest } = emptyMark;
    this.#send({ type: 'vec', flushed: { [this.#incarnation]: { ...this.#have } }, final: { count, digest } });
  }

  async #acknowledgedTo(seq: number): Promise<void> {
    while (this.#acknowledged < seq) {
      const heard = new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
      await Promise.race([heard, this.#failure]);
    }
  }

  #send(message: SyncMessage): void {
    this.#connection.send(encodeMessage(message));
  }
}
