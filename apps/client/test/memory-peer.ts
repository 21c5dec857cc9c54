/** A peer whose answers a test chooses: the shell's own mechanics are what is under test, not what a peer does. */
import type { DownloadStatus, Peer, PeerEvent } from '@p2p/peer';
import { refusal } from '@p2p/protocol';

export interface MemoryPeer extends Peer {
  /** Says `event` to whoever listens. */
  emit(event: PeerEvent): void;
}

/** Everything that isn't in `methods` is a fault of the test that calls it. */
export function memoryPeer(methods: Partial<Peer> = {}): MemoryPeer {
  const listeners = new Set<(event: PeerEvent) => void>();
  const own: Partial<MemoryPeer> = {
    address: { host: '127.0.0.1', port: 4711 },
    showDownloads: () => ({ ok: true, result: { downloads: [] } }),
    wait: async () => ({ ok: true, result: { complete: 0, failed: 0 } }),
    createGroup: async (group) => ({ ok: true, result: { group, replicated: true } }),
    login: async (user, password) =>
      password === 'long enough'
        ? { ok: true, result: { user, tracker: 1, replicated: true } }
        : refusal('wrong_password'),
    close: async () => undefined,
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    ...methods,
  };
  return new Proxy(own, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (value === undefined) throw new Error(`the test's peer has no ${String(name)}`);
      return value;
    },
  }) as MemoryPeer;
}

export function download(fields: Partial<DownloadStatus> = {}): DownloadStatus {
  return {
    group: 'films',
    file: 'a.mkv',
    state: 'downloading',
    bytes: 1_000_000,
    done: 450_000,
    bytesPerSecond: 2_097_152,
    peers: 2,
    path: '/home/ann/a.mkv',
    root: 'ab'.repeat(32),
    ...fields,
  };
}
