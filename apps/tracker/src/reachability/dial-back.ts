/**
 * Dials the address that a client has announced, to see whether its device is there: as far as the key that TLS shows,
 * without a key of our own and without a word. What listens there, should it be somebody else, sees a connection that
 * is of no use to anybody.
 */
import { type DeviceId, MAX_HELLO_FRAME_BYTES, type PeerAddress, REACH_CHECK_TIMEOUT_MS } from '@p2p/protocol';
import { dialSecure } from '@p2p/transport';
import { lookUp } from './look-up.js';
import { mayHaveDialled } from './scope.js';

export interface Announced {
  readonly device: DeviceId;
  readonly address: PeerAddress;
  /** The address that the client itself comes from. */
  readonly from: string;
}

export interface DialBackOptions {
  readonly signal: AbortSignal;
  /** Asked when the address behind the host is known. */
  readonly mayDial: (host: string) => boolean;
}

export type DialBack = (announced: Announced, options: DialBackOptions) => Promise<boolean | undefined>;

/** Whether the device shows its key there; undefined where that can't be known. Never rejects. */
export const dialBack: DialBack = async ({ device, address, from }, { signal, mayDial }) => {
  const host = await lookUp(address.host);
  if (host === undefined) return undefined;
  // It is no address of this device for anybody who is as far off as the device itself.
  if (!mayHaveDialled(from, host)) return false;
  if (!mayDial(host)) return undefined;
  const dialled = await dialSecure({
    identity: undefined,
    expectKey: device,
    host,
    port: address.port,
    timeoutMs: REACH_CHECK_TIMEOUT_MS,
    maxFrameBytes: MAX_HELLO_FRAME_BYTES,
    signal,
  });
  if (dialled.ok) dialled.connection.close();
  else if (dialled.reason === 'aborted') return undefined;
  return dialled.ok;
};
