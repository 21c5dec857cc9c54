/**
 * The address behind a host that somebody has named. Asked of the name server directly and not of the system, which
 * would hold a thread of the pool for it: with names that take their time nobody keeps the trackers' own waiting.
 */
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

const NAME_SERVER_TIMEOUT_MS = 2_000;

/** Undefined where no name server knows it. Takes a few seconds at most; never rejects. */
export async function lookUp(host: string): Promise<string | undefined> {
  if (isIP(host) !== 0) return host;
  // RFC 6761: never a matter of name servers.
  if (/^(.*\.)?localhost\.?$/i.test(host)) return '127.0.0.1';
  const resolver = new Resolver({ timeout: NAME_SERVER_TIMEOUT_MS, tries: 1 });
  const found = await resolver.resolve4(host).catch(() => []);
  const [address] = found.length > 0 ? found : await resolver.resolve6(host).catch(() => []);
  return address;
}
