/** A person at a client who goes on giving commands, whatever happens to the trackers, and remembers every yes. */
import type { ClientProgram, CommandAnswer } from '@p2p/harness';
import type { Dice } from './dice.js';
import type { Record } from './record.js';

/** What all writers of a run have in common. */
export interface World {
  readonly record: Record;
  /** Hashing a password takes 10 ms and one core: that many users are made, and no more. */
  readonly maxUsers: number;
  /** Lies in the cluster's folder; what is shared is this one, under many names. */
  readonly file: string;
  /** Names that several writers ask for, the same ones at about the same time. */
  contestedName(): string;
}

type Kind = 'user' | 'group' | 'contested' | 'file' | 'join';

const WEIGHTS: Readonly<{ [K in Kind]: number }> = { user: 3, group: 6, contested: 2, file: 5, join: 4 };

/**
 * What may be said to one who depends on something that the tracker in use doesn't know of yet, or that it learned of
 * twice. Whatever is refused otherwise is a fault: names are used once, and the session of each writer is final.
 */
const TOLERATED: { readonly [command: string]: readonly string[] } = {
  create_user: ['no_tracker'],
  create_group: ['no_tracker'],
  contested: ['no_tracker', 'already_exists'],
  upload_file: ['no_tracker', 'no_such_group', 'not_a_member'],
  join_group: ['no_tracker', 'no_such_group', 'already_requested', 'already_member'],
  accept_request: [
    'no_tracker',
    'no_such_group',
    'not_a_member',
    'not_an_owner',
    'no_such_user',
    'no_such_request',
    // Asked once more at a tracker that was cut off and didn't know of the first acceptance.
    'already_member',
  ],
};

export class Writer {
  readonly user: string;
  readonly client: ClientProgram;
  readonly #world: World;
  readonly #dice: Dice;
  /** Acknowledged groups of this writer's own. */
  readonly #groups: string[] = [];
  readonly #contested = new Set<string>();
  readonly #requests: { readonly group: string; readonly user: string }[] = [];
  #named = 0;

  constructor(user: string, client: ClientProgram, { world, dice }: { world: World; dice: Dice }) {
    this.user = user;
    this.client = client;
    this.#world = world;
    this.#dice = dice;
  }

  get groups(): readonly string[] {
    return this.#groups;
  }

  requested(group: string, user: string): void {
    this.#requests.push({ group, user });
  }

  /** Gives `count` commands, one after the other. Rejects where one is answered as none may be. */
  async write(count: number, others: readonly Writer[]): Promise<void> {
    for (let given = 0; given < count; given++) {
      await this.#writeOne(others);
      this.#world.record.answered.step();
    }
  }

  async #writeOne(others: readonly Writer[]): Promise<void> {
    const request = this.#requests.shift();
    if (request !== undefined) return this.#accept(request);
    const { record, maxUsers } = this.#world;
    switch (this.#dice.weighed(WEIGHTS)) {
      case 'user':
        if (record.users.size < maxUsers) return this.#createUser();
        return this.#createGroup();
      case 'contested':
        return this.#contest();
      case 'file':
        return this.#share();
      case 'join':
        return this.#join(others);
      case 'group':
        return this.#createGroup();
    }
  }

  async #createUser(): Promise<void> {
    const user = this.#freshName('person');
    const password = `${user}'s password`;
    if ((await this.#give(`create_user ${user} "${password}"`)).ok) this.#world.record.users.set(user, password);
  }

  async #createGroup(): Promise<void> {
    const group = this.#freshName('group');
    if (!(await this.#give(`create_group ${group}`)).ok) return;
    this.#world.record.groups.set(group, this.user);
    this.#groups.push(group);
  }

  async #contest(): Promise<void> {
    const group = this.#world.contestedName();
    if (this.#contested.has(group)) return this.#createGroup();
    this.#contested.add(group);
    if (!(await this.#give(`create_group ${group}`, 'contested')).ok) return;
    this.#world.record.contested.push({ group, owner: this.user });
  }

  async #share(): Promise<void> {
    if (this.#groups.length === 0) return this.#createGroup();
    const group = this.#dice.oneOf(this.#groups);
    const file = this.#freshName('file');
    const answer = await this.#give(`upload_file ${this.#world.file} ${group} --as ${file}`);
    if (!answer.ok) return;
    const { bytes, root } = answer.result;
    this.#world.record.files.push({ group, file, bytes, root });
  }

  async #join(others: readonly Writer[]): Promise<void> {
    const owner = this.#dice.oneOf(others);
    if (owner === this || owner.groups.length === 0) return this.#createGroup();
    const group = this.#dice.oneOf(owner.groups);
    if (!(await this.#give(`join_group ${group}`)).ok) return;
    this.#world.record.requested(group, this.user);
    owner.requested(group, this.user);
  }

  async #accept({ group, user }: { readonly group: string; readonly user: string }): Promise<void> {
    if ((await this.#give(`accept_request ${group} ${user}`)).ok) this.#world.record.joined(group, user);
  }

  async #give(line: string, kind = line.slice(0, line.indexOf(' '))): Promise<CommandAnswer> {
    const answer = await this.client.command(line);
    if (answer.ok) {
      this.#world.record.acknowledged(answer.result);
      return answer;
    }
    const code = answer.error?.code ?? 'no code';
    this.#world.record.refused(code);
    if (TOLERATED[kind]?.includes(code)) return answer;
    throw new Error(`${this.user}: ${line}: ${JSON.stringify(answer.error)}`);
  }

  #freshName(kind: string): string {
    this.#named += 1;
    return `${kind}-${this.user}-${this.#named}`;
  }
}
