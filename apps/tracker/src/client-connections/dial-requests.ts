/**
 * Asks sharers that can't be dialled to dial those who want something of them. A sharer that is connected to another
 * tracker is asked by that one.
 */
import {
  type DeviceId,
  DIAL_REQUESTS_WINDOW_MS,
  type DialRequest,
  MAX_COUNTED_DIAL_REQUESTS,
  MAX_DIAL_REQUESTS_PER_DEVICE,
  MAX_DIAL_REQUESTS_PER_SHARER,
  type PeerAddress,
  type SyncDial,
} from '@p2p/protocol';
import { DrainingCounters } from '../draining-counters.js';

/** A device that is connected here. */
export interface AskedDevice {
  readonly id: DeviceId;
  push(message: DialRequest): void;
}

/** The other trackers. */
export interface DialRequestPort {
  broadcastDial(message: SyncDial): void;
}

const countedUpTo = (capacity: number) =>
  new DrainingCounters({ capacity, drainMs: DIAL_REQUESTS_WINDOW_MS, maxKeys: MAX_COUNTED_DIAL_REQUESTS });

export class DialRequests {
  readonly #devices = new Map<DeviceId, AskedDevice>();
  readonly #perDevice = countedUpTo(MAX_DIAL_REQUESTS_PER_DEVICE);
  readonly #perSharer = countedUpTo(MAX_DIAL_REQUESTS_PER_SHARER);
  #port: DialRequestPort | undefined;

  start(port: DialRequestPort): void {
    this.#port = port;
  }

  /** From now on the device is asked over this connection. */
  add(device: AskedDevice): void {
    this.#devices.set(device.id, device);
  }

  remove(device: AskedDevice): void {
    if (this.#devices.get(device.id) === device) this.#devices.delete(device.id);
  }

  /**
   * Has `sharer` dial `device`, which has been dialled at `address` by a tracker: nobody has others knock anywhere else.
   * Returns false where one of the two has asked, or was asked, too often.
   */
  ask(sharer: DeviceId, device: DeviceId, address: PeerAddress): boolean {
    const now = performance.now();
    if (this.#perDevice.isFull(device, now)) return false;
    this.#perDevice.add(device, now);
    const message: SyncDial = { type: 'dial', sharer, device, address };
    if (this.#devices.has(sharer)) return this.pass(message);
    this.#port?.broadcastDial(message);
    return true;
  }

  /** Passes on what another tracker sends. Returns false where the sharer is not here, or was asked too often. */
  pass({ sharer, device, address }: SyncDial): boolean {
    const now = performance.now();
    const asked = this.#devices.get(sharer);
    if (asked === undefined || this.#perSharer.isFull(sharer, now)) return false;
    this.#perSharer.add(sharer, now);
    asked.push({ type: 'dial_request', device, address });
    return true;
  }
}
