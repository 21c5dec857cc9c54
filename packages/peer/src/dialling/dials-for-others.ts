/** Downloaders whom this client dials because they can't dial it: those that a tracker has named, a few at a time. */
import {
  type DeviceId,
  type DialRequest,
  encodeMessage,
  MAX_DIALS_FOR_OTHERS,
  MAX_HELLO_FRAME_BYTES,
  PEER_DIAL_TIMEOUT_MS,
  PROTOCOL_VERSION,
} from '@p2p/protocol';
import { type Connection, dialSecure, type Identity } from '@p2p/transport';

export interface DialsForOthersOptions {
  readonly identity: Identity;
  /** Serves whoever is at the other end. */
  readonly serve: (connection: Connection) => void;
}

export class DialsForOthers {
  readonly #options: DialsForOthersOptions;
  readonly #underWay = new Set<DeviceId>();
  readonly #closing = new AbortController();

  constructor(options: DialsForOthersOptions) {
    this.#options = options;
  }

  /** A tracker has passed on a request. Where too many are under way the downloader has to ask again. */
  async take({ device, address }: Pick<DialRequest, 'device' | 'address'>): Promise<void> {
    if (this.#underWay.has(device) || this.#underWay.size >= MAX_DIALS_FOR_OTHERS) return;
    this.#underWay.add(device);
    const { identity, serve } = this.#options;
    const dialled = await dialSecure({
      identity,
      expectKey: device,
      ...address,
      timeoutMs: PEER_DIAL_TIMEOUT_MS,
      maxFrameBytes: MAX_HELLO_FRAME_BYTES,
      signal: this.#closing.signal,
    });
    this.#underWay.delete(device);
    if (!dialled.ok) return;
    dialled.connection.send(encodeMessage({ type: 'hello', protocol: PROTOCOL_VERSION, role: 'serve' }));
    serve(dialled.connection);
  }

  close(): void {
    this.#closing.abort();
  }
}
