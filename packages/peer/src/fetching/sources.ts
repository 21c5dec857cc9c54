/**
 * The peers of one download: who serves the file according to the tracker, who is linked, who is tried again when. A
 * peer that is linked stays in use although the tracker no longer lists it, or no tracker is left to ask.
 */
import { COMPLETE_PEERS_FIRST, type DeviceId, MAX_LINKS_PER_DOWNLOAD, type SwarmPeer } from '@p2p/protocol';
import type { BanReason } from '@p2p/swarm';
import { retryDelayMs } from '@p2p/transport';
import type { DialTrouble } from './connect-peer.js';
import type { Channel, GoneReason, PeerLink } from './peer-link.js';
import type { LinkClaim } from './peer-links.js';

export interface SourcesOptions {
  /** A link to this peer, or why there is none to be had now. */
  readonly claim: (peer: SwarmPeer) => Promise<LinkClaim | DialTrouble>;
  readonly random: () => number;
  /** Monotonic, ms. */
  readonly now: () => number;
  /** Opens the file's channel at a peer. When it is gone, {@link Sources.lose} is to be called. */
  readonly openChannel: (device: DeviceId, link: PeerLink) => Channel;
}

/** Why a peer that the tracker names is not in use. */
export type SourceTrouble = GoneReason | BanReason | DialTrouble | 'wrong_hashes';

/** One peer, for a person. */
export interface SourceReport {
  readonly device: DeviceId;
  /** `known`: not tried yet, or there is no room; `waiting`: tried again after `retryInMs`; `banned`: never again. */
  readonly phase: 'known' | 'connecting' | 'connected' | 'waiting' | 'banned';
  /** What went wrong last, since it was last of use. */
  readonly trouble?: SourceTrouble;
  readonly retryInMs?: number;
  /** Of a peer that is connected, where it is known. */
  readonly roundTripMs?: number;
}

type Phase =
  | { readonly at: 'idle' }
  | { readonly at: 'linking' }
  | { readonly at: 'open'; readonly claim: LinkClaim; readonly channel: Channel }
  | { readonly at: 'waiting'; readonly timer: NodeJS.Timeout; readonly untilMs: number };

interface Candidate {
  peer: SwarmPeer;
  /** Whether the tracker still names it. */
  listed: boolean;
  /** By chance, so that not every downloader begins with the same peer. */
  readonly rank: number;
  /** In a row, since it last sent something that was asked for. */
  failures: number;
  /** The last of them. */
  trouble: SourceTrouble | undefined;
  phase: Phase;
}

export class Sources {
  readonly #options: SourcesOptions;
  readonly #candidates = new Map<DeviceId, Candidate>();
  readonly #banned = new Map<DeviceId, SourceTrouble>();
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
    if (candidate === undefined) return;
    candidate.failures = 0;
    candidate.trouble = undefined;
  }

  /** The channel at this peer is gone; it is tried again after a while. */
  lose(device: DeviceId, trouble: SourceTrouble): void {
    const candidate = this.#candidates.get(device);
    if (candidate?.phase.at !== 'open') return;
    candidate.phase.claim.release();
    this.#retryLater(candidate, trouble);
    this.#fill();
  }

  /** Nothing to do with this peer any more, for this download. */
  ban(device: DeviceId, trouble: SourceTrouble): void {
    this.#banned.set(device, trouble);
    this.#drop(device);
    this.#fill();
  }

  report(): SourceReport[] {
    const banned = [...this.#banned].map(([device, trouble]) => ({ device, phase: 'banned', trouble }) as const);
    return [...[...this.#candidates.values()].map((candidate) => reportOf(candidate, this.#options.now())), ...banned];
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
      this.#candidates.set(peer.device, {
        peer,
        listed: true,
        rank,
        failures: 0,
        trouble: undefined,
        phase: { at: 'idle' },
      });
      return;
    }
    known.listed = true;
    const moved =
      known.peer.address.host !== peer.address.host ||
      known.peer.address.port !== peer.address.port ||
      known.peer.reachable !== peer.reachable;
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

  /** Links to more peers while there is room: to a few that have the whole file first, and else by chance. */
  #fill(): void {
    if (this.#closed) return;
    const inUse = [...this.#inPhase('linking'), ...this.#inPhase('open')];
    const idle = this.#inPhase('idle').sort((a, b) => placeOf(a) - placeOf(b));
    const completeInUse = inUse.filter(({ peer }) => peer.complete).length;
    const first = idle.filter(({ peer }) => peer.complete).slice(0, Math.max(0, COMPLETE_PEERS_FIRST - completeInUse));
    const rest = idle.filter((candidate) => !first.includes(candidate));
    for (const candidate of [...first, ...rest].slice(0, Math.max(0, MAX_LINKS_PER_DOWNLOAD - inUse.length))) {
      candidate.phase = { at: 'linking' };
      void this.#link(candidate);
    }
  }

  async #link(candidate: Candidate): Promise<void> {
    const { device } = candidate.peer;
    const claim = await this.#options.claim(candidate.peer);
    if (this.#candidates.get(device) !== candidate) {
      if (typeof claim !== 'string') claim.release();
    } else if (typeof claim === 'string') {
      this.#retryLater(candidate, claim);
      this.#fill();
    } else {
      candidate.phase = { at: 'open', claim, channel: this.#options.openChannel(device, claim.link) };
    }
  }

  #retryLater(candidate: Candidate, trouble: SourceTrouble): void {
    if (!candidate.listed) {
      this.#candidates.delete(candidate.peer.device);
      return;
    }
    candidate.trouble = trouble;
    const delayMs = retryDelayMs(candidate.failures++, this.#options.random());
    const timer = setTimeout(() => {
      candidate.phase = { at: 'idle' };
      this.#fill();
    }, delayMs);
    candidate.phase = { at: 'waiting', timer, untilMs: this.#options.now() + delayMs };
  }

  #inPhase(at: Phase['at']): Candidate[] {
    return [...this.#candidates.values()].filter(({ phase }) => phase.at === at);
  }
}

/** Who can't be dialled comes last: it has to be asked to dial, and may not. */
function placeOf({ rank, peer }: Candidate): number {
  return rank + (peer.reachable === false ? 1 : 0);
}

const phaseNames = { idle: 'known', linking: 'connecting', open: 'connected', waiting: 'waiting' } as const;

function reportOf({ peer, phase, trouble }: Candidate, nowMs: number): SourceReport {
  const roundTripMs = phase.at === 'open' ? phase.claim.link.roundTripMs : undefined;
  return {
    device: peer.device,
    phase: phaseNames[phase.at],
    ...(trouble === undefined ? {} : { trouble }),
    ...(phase.at === 'waiting' ? { retryInMs: Math.round(Math.max(0, phase.untilMs - nowMs)) } : {}),
    ...(roundTripMs === undefined ? {} : { roundTripMs }),
  };
}
