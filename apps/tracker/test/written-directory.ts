/** A data directory of tracker 1 as it has written it, alone or with others that it has met, without any process or socket. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  type ClusterId,
  type DeviceId,
  encodeOperation,
  type IncarnationId,
  type Operation,
  requestIdOf,
  type SessionId,
} from '@p2p/protocol';
import { type Command, emptyMark, emptyState, type OperatorCommand, type User, userByName } from '@p2p/state';
import { onTestFinished } from 'vitest';
import { operateInDirectory, type Written } from '../src/operator/operate-in-directory.js';
import { ReplicatedState } from '../src/replication/replicated-state.js';
import { openDirectory } from '../src/storage/open-directory.js';

const cluster = 'c'.repeat(64) as ClusterId;
export const device = 'd'.repeat(64) as DeviceId;
export const session = 'e'.repeat(64) as SessionId;

export class WrittenDirectory {
  readonly path: string;
  #counter = 0;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<WrittenDirectory> {
    const path = await mkdtemp(join(tmpdir(), 'p2p-'));
    onTestFinished(() => rm(path, { recursive: true, force: true }));
    return new WrittenDirectory(path);
  }

  /** Tracker 1 of as many, without the others, as long as `use` takes. */
  async running<T>(trackers: number, use: (replicated: ReplicatedState) => Promise<T>): Promise<T> {
    const { base, disk } = await this.#open();
    const slots = Array.from({ length: trackers }, (_, index) => index + 1);
    const replicated = new ReplicatedState({ cluster, slot: 1, slots, base, disk });
    replicated.ready();
    try {
      return await use(replicated);
    } finally {
      // What is final is folded in the next turn of the loop; without that nothing on the disk says that it is.
      for (let turn = 0; turn < 3; turn++) await setImmediate();
      await disk.close();
    }
  }

  /** What is there after all these trackers have met once: each has greeted. */
  async haveMet(trackers: number): Promise<void> {
    const { disk } = await this.#open();
    const tail = Array.from({ length: trackers }, (_, index) => encodeOperation(helloOf(index + 1)));
    await disk.install({ incarnation: incarnationOf(1), state: emptyState(), mark: emptyMark, tail });
    await disk.close();
  }

  /** Whether all trackers have it. Throws where it is refused. */
  async carryOut(replicated: ReplicatedState, command: object, shown?: SessionId): Promise<boolean> {
    this.#counter += 1;
    const actor = { device, session: shown };
    const answer = await replicated.request(requestIdOf(device, this.#counter), actor, command as Command);
    if (!answer.ok) throw new Error(answer.message);
    return answer.replicated;
  }

  /** Opens {@link session} for a user who is there. */
  async logIn(replicated: ReplicatedState, name: string): Promise<void> {
    const { id, credentialVersion } = userByName(replicated.state, name) as User;
    const expires = Date.now() + 1_000_000;
    await this.carryOut(replicated, { type: 'login', user: id, credentialVersion, session, expires });
  }

  /** What an operator does while tracker 1 of as many is stopped. */
  operate(trackers: number, command: OperatorCommand): Promise<Written> {
    const entries = Array.from({ length: trackers }, (_, index) => ({ number: index + 1, host: 'nowhere', port: 1 }));
    const own = { number: 1, host: 'nowhere', port: 1 };
    return operateInDirectory({ directory: this.path, cluster, own, trackers: entries }, command);
  }

  async #open() {
    const expected = { cluster, slot: 1 };
    const freshIncarnation = () => incarnationOf(1);
    const opened = await openDirectory({ directory: this.path, expected, freshIncarnation, failed });
    if (!opened.ok) throw new Error(opened.message);
    return opened;
  }
}

function helloOf(slot: number): Operation {
  const stamp = { time: slot, count: 0, incarnation: incarnationOf(slot) };
  const requestId = requestIdOf('f'.repeat(64) as DeviceId, slot);
  const body: Operation['body'] = { kind: 'hello', slot, replaces: [], answers: [] };
  return { stamp, seq: 1, requestId, mode: 'keep', actor: null, body };
}

function incarnationOf(slot: number): IncarnationId {
  return `${slot}.0000000000000001` as IncarnationId;
}

function failed(line: string): never {
  throw new Error(line);
}
