/** Two people with a group, a file and ever more groups; everything they have was acknowledged, and is counted again. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, type Cluster, gatherGroup, passwordOf } from '@p2p/harness';
import { expect } from 'vitest';

export class Household {
  alice: ClientProgram;
  bob: ClientProgram;
  readonly #cluster: Cluster;
  /** Where somebody who knows Bob's password logs in, again and again. */
  #other: ClientProgram | undefined;
  /** Alice's acknowledged groups. */
  readonly #groups: string[] = ['films'];
  #named = 0;

  private constructor(cluster: Cluster, [alice, bob]: readonly [ClientProgram, ClientProgram]) {
    this.#cluster = cluster;
    this.alice = alice;
    this.bob = bob;
  }

  /** Alice owns "films", Bob is let in, and shares a note. Some tracker is running. */
  static async settle(cluster: Cluster): Promise<Household> {
    const people = await gatherGroup(cluster, 'films', ['alice', 'bob']);
    await writeFile(join(cluster.directory, 'note'), 'of bob');
    await people[1].succeed('upload_file note films');
    return new Household(cluster, people);
  }

  /** Alice makes so many groups; the last `replicated` that she was told. */
  async addGroups(count: number): Promise<boolean> {
    let last = false;
    for (let made = 0; made < count; made++) last = await this.addGroup();
    return last;
  }

  async addGroup(): Promise<boolean> {
    this.#named += 1;
    const group = `group-${String(this.#named).padStart(5, '0')}`;
    const { replicated } = await this.alice.succeed(`create_group ${group}`);
    this.#groups.push(group);
    return replicated;
  }

  /** The last group that was acknowledged may be gone: a test has just cut it off. */
  forgetLast(): void {
    this.#groups.pop();
  }

  /** Alice and Bob start their clients again, at tracker `number`, and are who they were without a new log-in. */
  async moveTo(number: number): Promise<void> {
    await Promise.all([this.alice.stop(), this.bob.stop()]);
    const words = [`127.0.0.1:${this.#cluster.port(number)}`];
    this.alice = this.#cluster.client(words, 'alice');
    this.bob = this.#cluster.client(words, 'bob');
    expect(await this.alice.succeed('whoami')).toEqual({ user: 'alice', tracker: number });
    expect(await this.bob.succeed('whoami')).toEqual({ user: 'bob', tracker: number });
  }

  /** All of it is there, at the tracker in use, exactly once. Sessions are as they were, passwords too. */
  async expectWhole(): Promise<void> {
    const { groups } = await this.alice.succeed('list_groups');
    const own = groups.filter(({ owners }: { owners: string[] }) => owners.join() === 'alice');
    const names = own.map(({ group }: { group: string }) => group);
    expect(names).toEqual(expect.arrayContaining(this.#groups));
    expect(new Set(names).size).toBe(names.length);
    expect(await this.bob.succeed('list_members films')).toMatchObject({
      members: [
        { user: 'alice', owner: true },
        { user: 'bob', owner: false },
      ],
    });
    expect(await this.bob.succeed('list_files films')).toMatchObject({
      files: [{ file: 'note', bytes: 6, by: 'bob' }],
    });
    this.#other ??= this.#cluster.client();
    expect(await this.#other.succeed(`login bob ${passwordOf('bob')}`)).toMatchObject({ user: 'bob' });
    await this.#other.succeed('logout');
  }
}
