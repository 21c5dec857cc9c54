/**
 * Keeps records under keys across restarts and crashes, and knows when some are missing. It is read once, when it is
 * opened; after that it only takes changes. What can't be written stays to be written with the next change.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Mutex } from 'async-mutex';
import * as z from 'zod';
import { ChangeCount } from './change-count.js';
import { type Level, makePrivate, openLevel, readLevel, UnusableStoreError, wordsOf } from './level-directory.js';
import { type RecordBody, seal, unseal } from './sealed-record.js';

/** What was found. */
export interface OpenedRecords {
  readonly store: RecordStore;
  readonly records: ReadonlyMap<string, RecordBody>;
  /** What is wrong with it, in a sentence for a person; undefined: nothing. */
  readonly complaint: string | undefined;
}

/** A change: what is to be under the key; undefined: nothing. */
export type RecordChange = readonly [key: string, body: RecordBody | undefined];

/** LevelDB begins files after megabytes: a look at its directory is not due after each of many small records. */
const LOOK_AFTER_BYTES = 64 * 1024;

/** The store's own record, changed with every other one. */
const SUM_KEY = 'sum';
const sum = z.object({ changes: z.int().min(0), records: z.int().min(0) });

interface Salvaged {
  readonly records: ReadonlyMap<string, RecordBody>;
  /** Changes that the store knows of. */
  readonly changes: number;
  readonly damaged: boolean;
}

export class RecordStore {
  readonly #directory: string;
  readonly #count: ChangeCount | undefined;
  readonly #writing = new Mutex();
  /** Keys of what is stored. */
  readonly #keys: Set<string>;
  /** Not yet stored. */
  #waiting = new Map<string, RecordBody | undefined>();
  /** Files of the store that nobody else can read by now. */
  #private = new Set<string>();
  /** Written since those were looked at. */
  #unlookedBytes = 0;
  #level: Level | undefined;
  #changes: number;
  #complain: (reason: string) => void = () => undefined;
  #failing = false;
  #closed = false;

  private constructor(options: StoreParts) {
    this.#directory = options.directory;
    this.#level = options.level;
    this.#count = options.count;
    this.#keys = new Set(options.keys);
    this.#changes = options.changes;
  }

  /**
   * Opens what lies in a directory of its own, and makes it where there is nothing. Where something is damaged, what
   * can be read begins a new store and the old one is put aside; where the store can't be used at all, nothing is kept
   * during this run. Never rejects.
   */
  static async open(directory: string): Promise<OpenedRecords> {
    try {
      return await openRecords(directory, (parts) => new RecordStore(parts));
    } catch (error) {
      const unusable = { directory, level: undefined, count: undefined, keys: [], changes: 0 };
      const complaint = `what this client remembers, in ${directory}, cannot be used: ${wordsOf(error)} – until that is mended and the client started again, it shares and fetches only what it is told from now on`;
      return { store: new RecordStore(unusable), records: new Map(), complaint };
    }
  }

  /** `complain` is told why changes can't be written: once, until they can be again. */
  complainBy(complain: (reason: string) => void): void {
    this.#complain = complain;
  }

  /** True when the changes are on disk; false where they can't be written now. */
  async write(changes: Iterable<RecordChange>): Promise<boolean> {
    for (const [key, body] of changes) this.#waiting.set(key, body);
    // Whoever comes first takes along what has come meanwhile.
    return this.#writing.runExclusive(async () => this.#waiting.size === 0 || (await this.#flush()));
  }

  /** Everything that could be written is. */
  async close(): Promise<void> {
    await this.#writing.runExclusive(async () => {
      if (this.#closed) return;
      if (this.#waiting.size > 0) await this.#flush();
      this.#closed = true;
      await this.#level?.close();
      await this.#count?.close();
    });
  }

  async #flush(): Promise<boolean> {
    if (this.#closed || this.#count === undefined) return false;
    const taken = this.#waiting;
    this.#waiting = new Map();
    try {
      // After a failed write LevelDB takes no other until it is opened again.
      this.#level ??= (await openLevel(levelIn(this.#directory))).level;
      await this.#put(this.#level, taken);
      this.#failing = false;
      return true;
    } catch (error) {
      this.#waiting = new Map([...taken, ...this.#waiting]);
      await this.#level?.close().catch(() => undefined);
      this.#level = undefined;
      this.#private = new Set();
      if (!this.#failing) this.#complain(wordsOf(error));
      this.#failing = true;
      return false;
    }
  }

  async #put(level: Level, taken: ReadonlyMap<string, RecordBody | undefined>): Promise<void> {
    const changes = this.#changes + 1;
    const all = [...taken, [SUM_KEY, sumOf(changes, this.#countAfter(taken))] as const];
    const operations = all.map(operationOf);
    await level.batch(operations, { sync: true });
    for (const [key, body] of taken) body === undefined ? this.#keys.delete(key) : this.#keys.add(key);
    this.#changes = changes;
    await this.#count?.write(changes);
    await this.#lookAfter(level, operations);
  }

  /** Nobody else shall read what LevelDB has begun with these. */
  async #lookAfter(level: Level, operations: readonly ReturnType<typeof operationOf>[]): Promise<void> {
    for (const operation of operations) this.#unlookedBytes += operation.type === 'put' ? operation.value.length : 0;
    if (this.#unlookedBytes < LOOK_AFTER_BYTES) return;
    this.#unlookedBytes = 0;
    await makePrivate(level.location, this.#private);
  }

  /** Records that there are with these changes, without a look at those that stay as they are. */
  #countAfter(taken: ReadonlyMap<string, RecordBody | undefined>): number {
    let count = this.#keys.size;
    for (const [key, body] of taken) count += Number(body !== undefined) - Number(this.#keys.has(key));
    return count;
  }
}

interface StoreParts {
  readonly directory: string;
  readonly level: Level | undefined;
  readonly count: ChangeCount | undefined;
  readonly keys: Iterable<string>;
  readonly changes: number;
}

const levelIn = (directory: string): string => join(directory, 'store');
const damagedIn = (directory: string): string => join(directory, 'damaged');

async function openRecords(directory: string, make: (parts: StoreParts) => RecordStore): Promise<OpenedRecords> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const count = await ChangeCount.open(join(directory, 'changes'));
  const { level, salvaged } = await salvage(directory);
  const { records, damaged } = salvaged;
  const isWhole = !damaged && salvaged.changes >= count.found;
  // The larger number, so that a later loss is noticed as well.
  const changes = Math.max(salvaged.changes, count.found);
  if (isWhole && level !== undefined) {
    const store = make({ directory, level, count, keys: records.keys(), changes });
    return { store, records, complaint: undefined };
  }
  await level?.close();
  await beginAnew(directory, records, changes);
  const anew = await openLevel(levelIn(directory));
  const store = make({ directory, level: anew.level, count, keys: records.keys(), changes });
  return { store, records, complaint: damageComplaint(directory, records.size) };
}

function damageComplaint(directory: string, left: number): string {
  const rest = left === 0 ? 'nothing of it could be read' : 'what could be read of it is used';
  return `what this client remembers of its shares and downloads was damaged; ${rest} – see show_downloads, and upload again what is no longer shared. The damaged files lie in ${damagedIn(directory)}`;
}

/** Opens the store and reads what can be read. */
async function salvage(directory: string): Promise<{ level: Level | undefined; salvaged: Salvaged }> {
  try {
    const { level, repaired } = await openLevel(levelIn(directory));
    const read = await readLevel(level);
    const salvaged = judge(read.values);
    return { level, salvaged: { ...salvaged, damaged: salvaged.damaged || repaired || read.damaged } };
  } catch (error) {
    if (error instanceof UnusableStoreError) throw error;
    return { level: undefined, salvaged: { records: new Map(), changes: 0, damaged: true } };
  }
}

/** What of it is as it was written, and whether that is all. */
function judge(values: ReadonlyMap<string, Uint8Array>): Salvaged {
  const records = new Map<string, RecordBody>();
  for (const [key, value] of values) {
    const body = unseal(key, value);
    if (body !== undefined) records.set(key, body);
  }
  const found = sum.safeParse(records.get(SUM_KEY)?.header);
  records.delete(SUM_KEY);
  if (!found.success) return { records, changes: 0, damaged: values.size > 0 };
  const damaged = found.data.records !== records.size || values.size !== records.size + 1;
  return { records, changes: found.data.changes, damaged };
}

/** A new store with these records; the damaged one is kept, in the place of one of an earlier time. */
async function beginAnew(directory: string, records: OpenedRecords['records'], changes: number): Promise<void> {
  const fresh = join(directory, 'fresh');
  await rm(fresh, { recursive: true, force: true });
  const { level } = await openLevel(fresh);
  try {
    const all = [...records, [SUM_KEY, sumOf(changes, records.size)] as const];
    await level.batch(all.map(operationOf), { sync: true });
  } finally {
    await level.close();
  }
  await rm(damagedIn(directory), { recursive: true, force: true });
  await rename(levelIn(directory), damagedIn(directory));
  await rename(fresh, levelIn(directory));
}

function sumOf(changes: number, records: number): RecordBody {
  return { header: { changes, records }, bytes: new Uint8Array() };
}

function operationOf([key, body]: RecordChange) {
  if (body === undefined) return { type: 'del', key } as const;
  return { type: 'put', key, value: seal(key, body) } as const;
}
