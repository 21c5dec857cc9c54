/** People who go about their business at an even pace, whatever else the tracker has to do, and how long they wait. */
import type { Cluster } from '@p2p/harness';
import { registeredClients } from '../load/clients.js';
import type { Question, TrackerClient } from '../load/tracker-client.js';
import { Latencies } from '../report/latencies.js';

/** The group that all are in, and what is in it. */
const GROUP = 'household';
const FILES = 500;

const ROOT = 'f'.repeat(64);
const PIECE_BYTES = 2 ** 18;

export class Household {
  readonly #clients: readonly TrackerClient[];
  #asked = 0;

  private constructor(clients: readonly TrackerClient[]) {
    this.#clients = clients;
  }

  /** `count` people at tracker 1, in one group with some hundred files. */
  static async gather(cluster: Cluster, count: number): Promise<Household> {
    const clients = await registeredClients(cluster, 1, { name: 'honest', count });
    const [owner, ...others] = clients as [TrackerClient, ...TrackerClient[]];
    await owner.succeed({ type: 'create_group', group: GROUP });
    for (const [index, other] of others.entries()) {
      await other.succeed({ type: 'join_group', group: GROUP });
      await owner.succeed({ type: 'accept_request', group: GROUP, user: `honest${index + 1}` });
    }
    for (let file = 0; file < FILES; file++) await owner.succeed(sharing(`file ${file}`));
    return new Household(clients);
  }

  /** Each asks `perSecond` times a second for so long; the waits are counted from when it was time to ask. */
  async live(seconds: number, perSecond: number): Promise<Latencies> {
    const latencies = new Latencies();
    const answers: Promise<void>[] = [];
    const started = performance.now();
    const intervalMs = 1_000 / perSecond / this.#clients.length;
    const total = Math.floor((seconds * 1_000) / intervalMs);
    for (let index = 0; index < total; index++) {
      const due = started + index * intervalMs;
      const client = this.#clients[index % this.#clients.length] as TrackerClient;
      answers.push(this.#ask(client, due).then((waited) => latencies.add(waited)));
    }
    await Promise.race([Promise.all(answers), ...this.#clients.map(({ lost }) => lost)]);
    return latencies;
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  #ask(client: TrackerClient, due: number): Promise<number> {
    return new Promise((resolve, reject) => {
      setTimeout(() => {
        const question = questionAt(this.#asked++);
        client.ask(question, (answer) => {
          if (answer.type !== 'error') return resolve(performance.now() - due);
          reject(new Error(`${question.type}: ${answer.code}: ${answer.message}`));
        });
      }, due - performance.now());
    });
  }
}

/** What people ask, in turn: mostly questions, some changes. */
function questionAt(index: number): Question {
  const own = `their own ${Math.floor(index / 10)}`;
  switch (index % 10) {
    case 0:
      return { type: 'create_group', group: own };
    case 1:
    case 2:
      return { type: 'list_files', group: GROUP };
    case 3:
      return { type: 'list_members', group: GROUP };
    case 4:
      return { type: 'list_groups' };
    case 5:
      return sharing(`another file ${index}`);
    case 6:
    case 7:
      return { type: 'check_member', group: GROUP };
    default:
      return { type: 'whoami' };
  }
}

function sharing(file: string): Question {
  return { type: 'share_file', group: GROUP, file, bytes: 1, pieceLength: PIECE_BYTES, root: ROOT };
}
