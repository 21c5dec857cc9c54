/** A downloader that would take all of a file, and acknowledges nothing of what comes. */
import type { ReplyTo } from '@p2p/protocol';
import type { Connection, Identity } from '@p2p/transport';
import { askForAll, dialFirstPeer } from '../contenders/thin-downloader.js';

export class Staller {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Resolves when the first peer of the swarm has opened the file for it.
   * @param reads whether it goes on reading then
   */
  static async begin(identity: Identity, swarm: ReplyTo<'open_swarm'>, reads: boolean): Promise<Staller> {
    const connection = await dialFirstPeer(identity, swarm);
    await new Promise<void>((opened, failed) => {
      connection.start({
        frame: () => {
          opened();
          if (!reads) connection.pause();
        },
        closed: (reason) => failed(new Error(`the seeder hung up at once: ${JSON.stringify(reason)}`)),
      });
      askForAll(connection, swarm);
    });
    return new Staller(connection);
  }

  close(): void {
    this.#connection.close();
  }
}
