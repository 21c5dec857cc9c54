/**
 * The peers of one download: who serves the file according to the tracker, who is linked, who is tried again when. A
 * peer that is linked stays in use although the tracker no longer lists it, or no tracker is left to ask.
 */
import { type DeviceId, MAX_LINKS_PER_DOWNLOAD, type SwarmPeer } from '@p2p/protocol';
import { retryDelayMs } from '@p2p/transport';
import type { Channel, PeerLink } from './peer-link.js';
import type { LinkClaim } from './peer-links.js';

export interface SourcesOptions {
  /** A link to this peer; undefined where there is none to be had now. */
  readonly claim: (peer: SwarmPeer) => Promise<LinkClaim | undefined>;
  readonly random: () => number;
  /** Opens the file's channel at a peer. When it is gone, {@link Sources.lose} is to be called. */
  readonly openChannel: (device: DeviceId, link: PeerLink) => Channel;
}

type Phase =
  | { readonly at: 'idle' }
  | { readonly at: 'linking' }
  | { readonly at: 'open'; readonly claim: LinkClaim; readonly channel: Channel }
  | { readonly at: 'waiting'; readonly timer: NodeJS.Timeout };

interface Candidate {
  peer: SwarmPeer;
  /** Whether the tracker still names it. */
  listed: boolean;
  /** By chance, so that not every downloader begins with the same peer. */
  readonly rank: number;
  /** In a row, since it last sent something that was asked for. */
  failures: number;
  phase: Phase;
}

export class Sources {
  readonly #options: SourcesOptions;
  readonly #candidates = new Map<DeviceId, Candidate>();
  readonly #banned = new Set<DeviceId>();
  #closed = false;

  constructor(options: SourcesOptions) {
    this.#options = options;
  }

  /** Peers linked for this download. */
  get openCount(): number {
    return this.#inPhase('open').length;
  }

  /** What a tracker knows now: takes the place of all that was known before. */
  replace(peers: readonly SwarmPeer[]): void {
    const listed = new Set(peers.map(({ device }) => device));
    const gone = [...this.#candidates.keys()].filter((device) => !listed.has(device));
    this.change(peers, gone);
  }

  change(joined: readonly SwarmPeer[], left: readonly DeviceId[]): void {
    for (const device of left) this.#unlist(device);
    for (const peer of joined) this.#list(peer);
    this.#fill();
  }

  channelOf(device: DeviceId): Channel | undefined {
    const phase = this.#candidates.get(device)?.phase;
    return phase?.at === 'open' ? phase.channel : undefined;
  }

  /** The peer has sent what it was asked for. */
  praise(device: DeviceId): void {
    const candidate = this.#candidates.get(device);
    if (candidate !== undefined) candidate.failures = 0;
  }

  /** The channel at this peer is gone; it is tried again after a while. */
  lose(device: DeviceId): void {
    const candidate = this.#candidates.get(device);
    if (candidate?.phase.at !== 'open') return;
    candidate.phase.claim.release();
    this.#retryLater(candidate);
    this.#fill();
  }

  /** Nothing to do with this peer any more, for this download. */
  ban(device: DeviceId): void {
    this.#banned.add(device);
    this.#drop(device);
    this.#fill();
  }

  close(): void {
    this.#closed = true;
    for (const device of [...this.#candidates.keys()]) this.#drop(device);
  }

  #list(peer: SwarmPeer): void {
    if (this.#banned.has(peer.device)) return;
    const known = this.#candidates.get(peer.device);
    if (known === undefined) {
      const rank = this.#options.random();
      this.#candidates.set(peer.device, { peer, listed: true, rank, failures: 0, phase: { at: 'idle' } });
      return;
    }
    known.listed = true;
    const moved = known.peer.address.host !== peer.address.host || known.peer.address.port !== peer.address.port;
    known.peer = peer;
    if (!moved || known.phase.at !== 'waiting') return;
    clearTimeout(known.phase.timer);
    known.failures = 0;
    known.phase = { at: 'idle' };
  }

  #unlist(device: DeviceId): void {
    const candidate = this.#candidates.get(device);
    if (candidate === undefined) return;
    candidate.listed = false;
    if (candidate.phase.at === 'idle' || candidate.phase.at === 'waiting') this.#drop(device);
  }

  #drop(device: DeviceId): void {
    const candidate = this.#candidates.get(device);
    this.#candidates.delete(device);
    if (candidate?.phase.at === 'waiting') clearTimeout(candidate.phase.timer);
    if (candidate?.phase.at !== 'open') return;
    candidate.phase.channel.close();
    candidate.phase.claim.release();
  }

  /** Links to more peers while there is room: those that have the whole file first. */
  #fill(): void {
    if (this.#closed) return;
    const idle = this.#inPhase('idle').sort((a, b) => preference(a) - preference(b));
    const room = MAX_LINKS_PER_DOWNLOAD - this.#inPhase('linking').length - this.openCount;
    for (const candidate of idle.slice(0, Math.max(0, room))) {
      candidate.phase = { at: 'linking' };
      void this.#link(candidate);
    }
  }

  async #link(candidate: Candidate): Promise<void> {
    const { device } = candidate.peer;
    const claim = await this.#options.claim(candidate.peer);
    if (this.#candidates.get(device) !== candidate) {
      claim?.release();
    } else if (claim === undefined) {
      this.#retryLater(candidate);
      this.#fill();
    } else {
      candidate.phase = { at: 'open', claim, channel: this.#options.openChannel(device, claim.link) };
    }
  }

  #retryLater(candidate: Candidate): void {
    if (!candidate.listed) {
      this.#candidates.delete(candidate.peer.device);
      return;
    }
    const delayMs = retryDelayMs(candidate.failures++, this.#options.random());
    const timer = setTimeout(() => {
      candidate.phase = { at: 'idle' };
      this.#fill();
    }, delayMs);
    candidate.phase = { at: 'waiting', timer };
  }

  #inPhase(at: Phase['at']): Candidate[] {
    return [...this.#candidates.values()].filter(({ phase }) => phase.at === at);
  }
}

function preference(candidate: Candidate): number {
  return candidate.rank - (candidate.peer.complete ? 1 : 0);
}
