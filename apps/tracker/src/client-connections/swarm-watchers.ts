/** Who wants to hear of a file's peers: joins and departures are pushed, so that nobody has to ask again. */
import type { DeviceId, FileId, SwarmChanged, SwarmPeer, UserId } from '@p2p/protocol';
import { resolveFile, type SharedFile, type Sharer, type SwarmNews, sharersOf } from '@p2p/state';
import type { PresenceBoard } from '../replication/presence-board.js';
import type { ReplicatedState } from '../replication/replicated-state.js';

export interface SwarmWatcher {
  /** Nobody is told of itself. */
  readonly id: DeviceId;
  /** Who is logged in there now. */
  user(): UserId | undefined;
  push(message: SwarmChanged): void;
}

export class SwarmWatchers {
  readonly #replicated: ReplicatedState;
  readonly #board: PresenceBoard;
  readonly #watchers = new Map<FileId, Set<SwarmWatcher>>();

  constructor(replicated: ReplicatedState, board: PresenceBoard) {
    this.#replicated = replicated;
    this.#board = board;
  }

  watch(file: FileId, watcher: SwarmWatcher): void {
    const watchers = this.#watchers.get(file);
    if (watchers === undefined) this.#watchers.set(file, new Set([watcher]));
    else watchers.add(watcher);
  }

  unwatch(file: FileId, watcher: SwarmWatcher): void {
    const watchers = this.#watchers.get(file);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watchers.delete(file);
  }

  /** Tells those who watch the files what their swarms have become. */
  news(news: readonly SwarmNews[]): void {
    for (const { file: id, device, joined } of news) {
      const file = resolveFile(this.#replicated.state, id);
      const watchers = file === undefined ? undefined : this.#watchers.get(file.id);
      if (file === undefined || watchers === undefined) continue;
      const peer = sharersOf(this.#replicated.state, file, this.#board.presence).find((one) => one.device === device);
      const change: SwarmChanged = { type: 'swarm_changed', file: file.id, joined: [], left: [] };
      const named = joined && peer !== undefined ? asSwarmPeer(peer) : undefined;
      if (!joined) change.left.push(device);
      else if (named !== undefined) change.joined.push(named);
      else continue;
      for (const watcher of watchers) {
        if (watcher.id !== device && this.#mayWatch(watcher, file)) watcher.push(change);
      }
    }
  }

  /** Where members are to be found is nobody's business who has left the group or logged out since he asked. */
  #mayWatch(watcher: SwarmWatcher, file: SharedFile): boolean {
    const user = watcher.user();
    return user !== undefined && this.#replicated.state.members.has(file.group, user);
  }
}

/** As clients are told of it; undefined where it has said nowhere to be found. */
export function asSwarmPeer({ device, address, reachable, complete }: Sharer): SwarmPeer | undefined {
  return address === null ? undefined : { device, address, complete, reachable };
}
