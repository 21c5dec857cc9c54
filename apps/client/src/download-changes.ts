/** Decides which download events are told: a change of state always, progress at most twice a second a download. */
import type { DownloadState, DownloadStatus, PeerEvent } from '@p2p/peer';
import { PROGRESS_INTERVAL_MS } from './limits.js';

export type DownloadEvent = Extract<PeerEvent, { event: 'download' }>;

interface Told {
  readonly state: DownloadState;
  readonly atMs: number;
}

export class DownloadChanges {
  private readonly told = new Map<string, Told>();

  /** `nowMs`: a clock that never goes back. */
  constructor(private readonly nowMs: () => number) {}

  /** Whether to tell, and whether as news or as progress. */
  judge({ group, file, state }: DownloadStatus): 'change' | 'progress' | 'nothing' {
    const key = JSON.stringify([group, file]);
    const last = this.told.get(key);
    const atMs = this.nowMs();
    const changed = last?.state !== state;
    if (!changed && atMs - last.atMs < PROGRESS_INTERVAL_MS) return 'nothing';
    this.told.set(key, { state, atMs });
    return changed ? 'change' : 'progress';
  }
}
