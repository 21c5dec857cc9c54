/**
 * Hosts on one bridge, each a network namespace with an upload of its own rate. The bridge lies in a namespace as well,
 * so that nothing of this is seen on the machine's own network.
 */
import type { Host } from '../../contenders/host.js';
import { ip, namespaces, removeNamespace, tc } from './iproute.js';

const PREFIX = 'p2p-bench';
const SUBNET = '10.9.0';
/** More hosts have no address. */
const MAX_HOSTS = 250;

/**
 * What may pass at once after a silence. It has to hold a few packets, or the rate isn't reached; 16 KiB are 6 ms at
 * 20 Mbit/s, which no figure shows.
 */
const BURST_BYTES = 16 * 1024;
/** How long a packet may wait in the shaper before others are dropped: what a household's router keeps, about. */
const QUEUE_SECONDS = 0.1;

const BITS_PER_BYTE = 8;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class ShapedHost implements Host {
  readonly namespace: string;
  readonly address: string;

  constructor(namespace: string, address: string) {
    this.namespace = namespace;
    this.address = address;
  }

  /** What to put in front of a command so that it runs here. */
  get entrance(): readonly ['ip', ...string[]] {
    return ['ip', 'netns', 'exec', this.namespace];
  }

  /** It has an address of its own. */
  port(usual: number): number {
    return usual;
  }

  /** Ids of the processes that run here. */
  get processes(): number[] {
    return ip('netns', 'pids', this.namespace).split('\n').filter(Boolean).map(Number);
  }

  /** Bytes that have passed its shaper, headers of every packet counted, as the shaper counts them. */
  get sentBytes(): number {
    const shapers: { kind: string; bytes?: number }[] = JSON.parse(
      tc('-n', this.namespace, '-s', '-j', 'qdisc', 'show', 'dev', 'eth0'),
    );
    const bytes = shapers.find(({ kind }) => kind === 'tbf')?.bytes;
    if (bytes === undefined) throw new Error(`the upload of ${this.namespace} is not shaped`);
    return bytes;
  }
}

export class ShapedNetwork {
  readonly #own = `${PREFIX}-${process.pid}-`;
  readonly #bridge = `${this.#own}bridge`;
  readonly #namespaces: string[] = [];
  readonly #onExit = (): void => this.remove();
  /** Leads to the above: a signal's own way would pass it by. */
  readonly #onSignal = (): void => process.exit(1);

  private constructor() {}

  /** An empty network, which goes with this process, however that ends; at SIGKILL with the next one that is built. */
  static build(): ShapedNetwork {
    removeLeftovers();
    const network = new ShapedNetwork();
    process.once('exit', network.#onExit);
    for (const signal of SIGNALS) process.on(signal, network.#onSignal);
    network.#addNamespace(network.#bridge);
    ip('-n', network.#bridge, 'link', 'add', 'bridge', 'up', 'type', 'bridge');
    return network;
  }

  /** @param uploadRate bits a second, headers included; without it nothing is held up */
  addHost(name: string, uploadRate?: number): ShapedHost {
    const number = this.#namespaces.length;
    if (number > MAX_HOSTS) throw new Error('there are no more addresses');
    const host = new ShapedHost(`${this.#own}${name}`, `${SUBNET}.${number}`);
    this.#addNamespace(host.namespace);
    const port = `host${number}`;
    ip('-n', host.namespace, 'link', 'set', 'lo', 'up');
    ip('-n', this.#bridge, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', host.namespace);
    ip('-n', this.#bridge, 'link', 'set', port, 'master', 'bridge', 'up');
    ip('-n', host.namespace, 'address', 'add', `${host.address}/24`, 'dev', 'eth0');
    ip('-n', host.namespace, 'link', 'set', 'eth0', 'up');
    if (uploadRate !== undefined) shape(host, uploadRate);
    return host;
  }

  /** Ends all that runs in it, and leaves nothing behind. */
  remove(): void {
    process.off('exit', this.#onExit);
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    for (const namespace of this.#namespaces.splice(0).reverse()) removeNamespace(namespace);
  }

  #addNamespace(name: string): void {
    ip('netns', 'add', name);
    this.#namespaces.push(name);
  }
}

/** Why this machine can have no such network, in words for a person; undefined where it can. */
export function whyNoNetwork(): string | undefined {
  if (process.getuid?.() !== 0) return 'root, to make network namespaces and shape their links';
  try {
    const network = ShapedNetwork.build();
    network.addHost('probe', 1_000_000);
    network.remove();
    return undefined;
  } catch (error) {
    return `ip and tc (Debian's iproute2) and a kernel with veth and tbf: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function shape({ namespace }: ShapedHost, bitsPerSecond: number): void {
  const limit = BURST_BYTES + Math.round((bitsPerSecond / BITS_PER_BYTE) * QUEUE_SECONDS);
  const bucket = ['rate', `${bitsPerSecond}bit`, 'burst', String(BURST_BYTES), 'limit', String(limit)];
  tc('-n', namespace, 'qdisc', 'add', 'dev', 'eth0', 'root', 'tbf', ...bucket);
}

/** What a former run has left that was killed before it could tidy up. */
function removeLeftovers(): void {
  for (const name of namespaces()) {
    const [, pid] = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) removeNamespace(name);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
