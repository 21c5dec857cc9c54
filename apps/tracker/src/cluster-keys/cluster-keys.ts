/**
 * The keys that the trackers of a cluster share. The newest is shown and signs for itself; former ones are shown and
 * accepted for a while, to whoever knows no other yet. The cluster itself is named by the first one for ever.
 */
import { type ClusterId, clusterId, GRANT_MS, MAX_CLOCK_SKEW_MS } from '@p2p/protocol';
import { signSuccession } from '@p2p/statements';
import {
  formatKeyHistory,
  type Identity,
  identitiesIn,
  type KeyHistory,
  loadKeyFile,
  loadOrCreateKeyFile,
  parseKeyHistory,
  replaceKeyFile,
} from '@p2p/transport';
import { Mutex } from 'async-mutex';
import { includesKey, isSame, keysInForce, merged, newestOf, rotated } from './histories.js';

export type OpenedKeys =
  | { readonly ok: true; readonly keys: ClusterKeys; readonly created: boolean }
  /** A sentence for a person. */
  | { readonly ok: false; readonly message: string };

export type Rotated = { readonly ok: true } | { readonly ok: false; readonly message: string };

export type TakenOver =
  | {
      readonly ok: true;
      /** Whether there was anything new. */
      readonly changed: boolean;
      /** Whether each side had a new key of its own: both are kept, and the later one counts. */
      readonly diverged: boolean;
      /** Why the file could not be written; the keys are in use all the same. */
      readonly unkept?: string;
    }
  | { readonly ok: false; readonly message: string };

/** What is made of a history, once. */
interface Held {
  readonly history: KeyHistory;
  readonly identities: ReadonlyMap<string, Identity>;
  /** By the key that has signed. */
  readonly successions: ReadonlyMap<string, string>;
}

export class ClusterKeys {
  readonly path: string;
  readonly #changing = new Mutex();
  readonly #listeners: (() => void)[] = [];
  #held: Held;

  private constructor(path: string, held: Held) {
    this.path = path;
    this.#held = held;
  }

  /** Reads the file at `path`; `create` makes one where there is none. */
  static async open(path: string, create: boolean): Promise<OpenedKeys> {
    const loaded = await (create ? loadOrCreateKeyFile(path) : loadKeyFile(path));
    if (!loaded.ok) return loaded;
    return { ok: true, keys: new ClusterKeys(path, await hold(loaded.history, path)), created: loaded.created };
  }

  /** Which cluster this is: the fingerprint of its first key. */
  get cluster(): ClusterId {
    return clusterId.parse(this.#held.history.first);
  }

  /** The newest. */
  get current(): Identity {
    return this.#identityOf(newestOf(this.#held.history).id);
  }

  /** The newest, and those before it that still count; newest first. */
  get inForce(): readonly Identity[] {
    return keysInForce(this.#held.history, Date.now()).map(({ id }) => this.#identityOf(id));
  }

  /**
   * Whose word every client of the cluster takes, whichever tracker it has heard last: the oldest that counts, and goes
   * on counting for as long as what it signs.
   */
  get signer(): Identity {
    const until = Date.now() + GRANT_MS + 2 * MAX_CLOCK_SKEW_MS;
    const { id } = keysInForce(this.#held.history, until).at(-1) ?? newestOf(this.#held.history);
    return this.#identityOf(id);
  }

  /** The identity with this key, where it counts. */
  identityWith(key: string): Identity | undefined {
    return this.inForce.find(({ id }) => id === key);
  }

  /** Whether who has shown this key is one of the cluster's trackers, or runs one. */
  isOurs(key: string): boolean {
    return this.identityWith(key) !== undefined;
  }

  /** Whether this is, or was, a key of the cluster. */
  knows(key: string): boolean {
    const { history } = this.#held;
    return key === history.first || includesKey(history, key);
  }

  /** How the newest key came to be it: for whoever knows a former one that still counts. Oldest first. */
  get successions(): string[] {
    const { successions } = this.#held;
    return this.inForce.flatMap(({ id }) => successions.get(id) ?? []).reverse();
  }

  /** The file as it is handed on. Secret. */
  get file(): string {
    return formatKeyHistory(this.#held.history);
  }

  /** Called whenever there is a new key. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Makes a new key and writes it down. */
  rotate(): Promise<Rotated> {
    return this.#changing.runExclusive(async () => {
      const before = await this.#withFile(this.#held.history);
      if (!before.ok) return before;
      const history = rotated(before.history, Date.now());
      if (history === undefined) return { ok: false, message: tooMany };
      const unkept = await this.#keep(history);
      if (unkept !== undefined) return { ok: false, message: unkept };
      await this.#change(history);
      return { ok: true };
    });
  }

  /** Adds the keys that another tracker of the cluster has handed on, `file`, and writes them down. */
  takeOver(file: string): Promise<TakenOver> {
    return this.#changing.runExclusive(async () => {
      const theirs = parseKeyHistory(file);
      const ours = this.#held.history;
      const both = theirs && merged(ours, theirs);
      if (theirs === undefined || both === undefined)
        return { ok: false, message: 'they are not those of this cluster' };
      if (isSame(both, ours)) return { ok: true, changed: false, diverged: false };
      const diverged = !includesKey(theirs, newestOf(ours).id) && !includesKey(ours, newestOf(theirs).id);
      const onDisk = await this.#withFile(both);
      const history = onDisk.ok ? onDisk.history : both;
      const unkept = onDisk.ok ? await this.#keep(history) : onDisk.message;
      await this.#change(history);
      return { ok: true, changed: true, diverged, ...(unkept === undefined ? {} : { unkept }) };
    });
  }

  /** With the keys in the file: another tracker of this machine may have put more into it. */
  async #withFile(history: KeyHistory) {
    const loaded = await loadKeyFile(this.path);
    if (!loaded.ok) return loaded.missing ? { ok: true as const, history } : loaded;
    const both = merged(history, loaded.history);
    if (both !== undefined) return { ok: true as const, history: both };
    return { ok: false as const, message: `${this.path} is no longer the key that this tracker was started with` };
  }

  /** Writes the file, unless it is there already. Returns why it can't be written. */
  async #keep(history: KeyHistory): Promise<string | undefined> {
    const loaded = await loadKeyFile(this.path);
    if (loaded.ok && isSame(loaded.history, history)) return undefined;
    try {
      await replaceKeyFile(this.path, history);
      return undefined;
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error)) throw error;
      return `${this.path} cannot be written: ${error.message}`;
    }
  }

  async #change(history: KeyHistory): Promise<void> {
    this.#held = await hold(history, this.path);
    for (const listener of this.#listeners) listener();
  }

  #identityOf(id: string): Identity {
    const identity = this.#held.identities.get(id);
    if (identity === undefined) throw new Error('each key of the file has its identity');
    return identity;
  }
}

const tooMany =
  'there are as many keys in force as there may be – each goes on counting for 90 days after the next one has come';

async function hold(history: KeyHistory, path: string): Promise<Held> {
  const identities = await identitiesIn(history, path);
  const statements = history.keys.map(async (key, at) => {
    const next = history.keys[at - 1];
    if (next === undefined) return [];
    return [[key.id, await signSuccession(key, { to: clusterId.parse(next.id), at: next.since ?? 0 })] as const];
  });
  return {
    history,
    identities: new Map(identities.map((identity) => [identity.id, identity])),
    successions: new Map((await Promise.all(statements)).flat()),
  };
}
