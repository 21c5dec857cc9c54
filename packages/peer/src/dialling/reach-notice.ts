/** What a person is told of whether others can dial this client: once for every change, and nothing while all is well. */
import { formatAddress, type Reachability } from '@p2p/protocol';

export class ReachNotice {
  #last: Pick<Reachability, 'address' | 'reachable'> | undefined;

  /** A line for a person, where there is news in what a tracker says. */
  take({ address, reachable }: Pick<Reachability, 'address' | 'reachable'>): string | undefined {
    const was = this.#last;
    this.#last = { address, reachable };
    const where = formatAddress(address);
    if (reachable) return was?.reachable === false ? `this client can be reached at ${where} now` : undefined;
    if (was?.reachable === false && formatAddress(was.address) === where) return undefined;
    return (
      `nobody can reach this client at ${where}: it serves only those whom it can dial itself, and gets nothing from ` +
      `those who can't be reached either – open or forward port ${address.port}, or start it with the right address: ` +
      'client IP:PORT, and --bind IP:PORT where it listens on another one'
    );
  }
}
