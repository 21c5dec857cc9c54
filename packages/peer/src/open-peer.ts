/** Opens a client: locks its data directory, loads what it keeps, binds its socket and starts it. */
import { MAX_HELLO_FRAME_BYTES, MAX_SERVED_CONNECTIONS, MAX_SERVED_CONNECTIONS_PER_ADDRESS } from '@p2p/protocol';
import { type Connection, type DirectoryLock, listenSecure, lockDirectory } from '@p2p/transport';
import type { Opened, Peer, PeerOptions } from './api.js';
import { Client } from './client.js';
import { loadKeptData, prepareDirectory } from './data-directory/data-directory.js';

/**
 * Opens a client in its data directory. It resolves as soon as the client's own socket is bound: whether a tracker
 * answers is told by events.
 */
export async function openPeer(options: PeerOptions): Promise<Opened<Peer>> {
  if (options.trackers.length === 0) return failed('the list of trackers is empty');
  const unusable = await prepareDirectory(options.dataDirectory);
  if (unusable !== undefined) return failed(unusable);
  const lock = await lockDirectory(options.dataDirectory);
  if (!lock.ok) return { ok: false, reason: 'locked', message: lock.message };
  const opened = await openLocked(options, lock);
  if (!opened.ok) await lock.release();
  return opened;
}

async function openLocked(options: PeerOptions, lock: DirectoryLock & { ok: true }): Promise<Opened<Peer>> {
  const { bind, advertise } = options;
  const loaded = await loadKeptData(options.dataDirectory, options.clusterFingerprint);
  if (!loaded.ok) return failed(loaded.message);
  const client = new Client(options, loaded.kept);
  const listening = await listenSecure({
    identity: loaded.kept.identity,
    host: bind.host,
    port: bind.port,
    maxFrameBytes: MAX_HELLO_FRAME_BYTES,
    bounds: { maxConnections: MAX_SERVED_CONNECTIONS, maxConnectionsPerAddress: MAX_SERVED_CONNECTIONS_PER_ADDRESS },
    onConnection: (connection: Connection) => client.accept(connection),
  });
  if (!listening.ok) {
    await loaded.kept.library.store.close();
    return failed(listening.message);
  }
  const { server } = listening;
  const address = { host: advertise.host, port: advertise.port === 0 ? server.port : advertise.port };
  client.start(address);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await client.close();
    await server.close();
    await lock.release();
  };
  return {
    ok: true,
    peer: {
      ...client.commands(),
      address,
      close: () => {
        closing ??= close();
        return closing;
      },
    },
  };
}

function failed(message: string): Opened<Peer> {
  return { ok: false, reason: 'other', message };
}
