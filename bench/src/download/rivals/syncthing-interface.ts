/** Syncthing's REST interface: waiting for what it says, and telling it to begin. */
import { FOLDER, INTERFACE_KEY } from './syncthing-configuration.js';

/** Between two questions, for what it doesn't say by itself. */
const ASK_AGAIN_MS = 50;
const MAX_QUESTIONS = 600;
/** How long it holds a question for events. */
const EVENT_WAIT_S = 30;

interface SyncthingEvent {
  readonly id: number;
  readonly data: { readonly item: string; readonly error: string | null };
}

export class SyncthingInterface {
  readonly #url: string;

  /** @param address with port */
  constructor(address: string) {
    this.#url = `http://${address}/rest`;
  }

  /** Resolves when it can be asked. */
  answering(): Promise<void> {
    return this.#until(async () => (await this.#get('/system/ping').catch(() => undefined)) !== undefined);
  }

  /** Resolves when it knows of a file in its folder. */
  scanned(): Promise<void> {
    return this.#until(async () => {
      const status = await this.#get<{ state: string; localFiles: number }>(`/db/status?folder=${FOLDER}`);
      return status.state === 'idle' && status.localFiles > 0;
    });
  }

  /** Resolves when it is connected to so many others, and has heard of a file of theirs. */
  connectedTo(count: number): Promise<void> {
    return this.#until(async () => {
      const { connections } = await this.#get<{ connections: Record<string, { connected: boolean }> }>(
        '/system/connections',
      );
      const status = await this.#get<{ globalFiles: number }>(`/db/status?folder=${FOLDER}`);
      return Object.values(connections).filter(({ connected }) => connected).length === count && status.globalFiles > 0;
    });
  }

  /** Nothing of the folder is to be had any longer: it is fetched at once, on the connections that are there. */
  async stopIgnoring(): Promise<void> {
    // Events are kept from the first question on.
    await this.#finishedSince(0, 0);
    await this.#call(`/db/ignores?folder=${FOLDER}`, { method: 'POST', body: JSON.stringify({ ignore: [] }) });
  }

  /** Resolves when the file lies under its name. */
  async finished(file: string): Promise<void> {
    for (let since = 0; ; ) {
      const events = await this.#finishedSince(since, EVENT_WAIT_S);
      const event = events.find(({ data }) => data.item === file);
      if (event?.data.error) throw new Error(`syncthing: ${event.data.error}`);
      if (event !== undefined) return;
      since = events.at(-1)?.id ?? since;
    }
  }

  #finishedSince(id: number, timeoutSeconds: number): Promise<SyncthingEvent[]> {
    return this.#get(`/events?events=ItemFinished&since=${id}&timeout=${timeoutSeconds}`);
  }

  async #get<Answer>(path: string): Promise<Answer> {
    return (await (await this.#call(path)).json()) as Answer;
  }

  async #call(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${this.#url}${path}`, { ...init, headers: { 'X-API-Key': INTERFACE_KEY } });
    if (!response.ok) throw new Error(`syncthing answers ${response.status} to ${path}: ${await response.text()}`);
    return response;
  }

  async #until(holds: () => Promise<boolean>): Promise<void> {
    for (let question = 0; question < MAX_QUESTIONS; question++) {
      if (await holds()) return;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
    throw new Error('syncthing never came to what was waited for');
  }
}
