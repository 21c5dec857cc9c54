/**
 * Whether the devices that are connected here can be dialled: which of them is dialled back when, and how often at most.
 * A client must not have trackers knock at other people's doors, nor may it matter that thousands come at once.
 */
import {
  type DeviceId,
  formatAddress,
  MAX_REACH_CHECKS,
  MAX_REACH_CHECKS_PER_ADDRESS,
  MAX_REACH_CHECKS_PER_DEVICE,
  MAX_REACH_CHECKS_PER_USER,
  MAX_REMEMBERED_REACH,
  MAX_WAITING_REACH_CHECKS,
  REACH_CHECK_GAP_MS,
  REACH_CHECKS_WINDOW_MS,
  type UserId,
} from '@p2p/protocol';
import { isLoopback, networkOf } from '@p2p/transport';
import { DrainingCounters } from '../draining-counters.js';
import { type Announced, type DialBack, dialBack } from './dial-back.js';

/** Somebody who is logged in, and has said where to be found. */
export interface Claim extends Announced {
  readonly user: UserId;
  /** Whether its connection has ended: then nobody wants to know any more. */
  readonly isGone: () => boolean;
}

/** Undefined: not known. */
type Verdict = boolean | undefined;

interface Waiting {
  readonly claim: Claim;
  readonly resolve: (verdict: Verdict) => void;
}

const countedUpTo = (capacity: number) =>
  new DrainingCounters({ capacity, drainMs: REACH_CHECKS_WINDOW_MS, maxKeys: MAX_REMEMBERED_REACH });

export class ReachChecks {
  readonly #dialBack: DialBack;
  readonly #perDevice = countedUpTo(MAX_REACH_CHECKS_PER_DEVICE);
  readonly #perUser = countedUpTo(MAX_REACH_CHECKS_PER_USER);
  readonly #perAddress = countedUpTo(MAX_REACH_CHECKS_PER_ADDRESS);
  /** What was found last of a device, and at which address; the latest at the end. */
  readonly #found = new Map<DeviceId, { readonly address: string; readonly reachable: boolean }>();
  readonly #waiting: Waiting[] = [];
  readonly #stopping = new AbortController();
  #underWay = 0;
  #gap: NodeJS.Timeout | undefined;

  constructor(dial: DialBack = dialBack) {
    this.#dialBack = dial;
  }

  /** Whether the device can be dialled, found out now or, where that was done often enough, before. Never rejects. */
  check(claim: Claim): Promise<Verdict> {
    const now = performance.now();
    const isTooOften = this.#perDevice.isFull(claim.device, now) || this.#perUser.isFull(claim.user, now);
    if (isTooOften || this.#waiting.length >= MAX_WAITING_REACH_CHECKS || this.#stopping.signal.aborted) {
      return Promise.resolve(this.#foundBefore(claim));
    }
    this.#perDevice.add(claim.device, now);
    this.#perUser.add(claim.user, now);
    return new Promise((resolve) => {
      this.#waiting.push({ claim, resolve });
      this.#next();
    });
  }

  stop(): void {
    this.#stopping.abort();
    clearTimeout(this.#gap);
    for (const { resolve } of this.#waiting.splice(0)) resolve(undefined);
  }

  /** Begins with one, if it may, and with the one behind it a little later. */
  #next(): void {
    if (this.#gap !== undefined || this.#underWay >= MAX_REACH_CHECKS) return;
    let next = this.#waiting.shift();
    for (; next?.claim.isGone() === true; next = this.#waiting.shift()) next.resolve(undefined);
    if (next === undefined) return;
    void this.#run(next);
    this.#gap = setTimeout(() => {
      this.#gap = undefined;
      this.#next();
    }, REACH_CHECK_GAP_MS);
  }

  async #run({ claim, resolve }: Waiting): Promise<void> {
    this.#underWay += 1;
    const options = { signal: this.#stopping.signal, mayDial: (host: string) => this.#mayDial(host) };
    const reachable = await this.#dialBack(claim, options);
    this.#underWay -= 1;
    if (reachable !== undefined) this.#remember(claim, reachable);
    resolve(reachable ?? this.#foundBefore(claim));
    if (!this.#stopping.signal.aborted) this.#next();
  }

  /** Counts one call at this address. On the tracker's own machine only who is there too has anything dialled. */
  #mayDial(host: string): boolean {
    if (isLoopback(host)) return true;
    const now = performance.now();
    const network = networkOf(host);
    if (this.#perAddress.isFull(network, now)) return false;
    this.#perAddress.add(network, now);
    return true;
  }

  #remember({ device, address }: Claim, reachable: boolean): void {
    this.#found.delete(device);
    this.#found.set(device, { address: formatAddress(address), reachable });
    const [oldest] = this.#found.keys();
    if (this.#found.size > MAX_REMEMBERED_REACH && oldest !== undefined) this.#found.delete(oldest);
  }

  #foundBefore({ device, address }: Claim): Verdict {
    const found = this.#found.get(device);
    return found?.address === formatAddress(address) ? found.reachable : undefined;
  }
}
