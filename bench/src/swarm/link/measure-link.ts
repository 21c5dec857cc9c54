/** What a shaped link carries of a plain TCP transfer, and what it spends on headers and acknowledgements. */
import { fileURLToPath } from 'node:url';
import { HostProcess } from '../../contenders/host-process.js';
import type { ShapedHost } from '../network/shaped-network.js';

const PORT = 9_000;
/** The best of them counts: what holds one up is the machine and no property of the link. */
const TRANSFERS = 3;

export interface Link {
  /** File bytes a second, what is called u in the bound. */
  readonly payloadRate: number;
  /** File bytes in a byte that the sender's shaper has let pass. */
  readonly payloadShare: number;
  /** Bytes that the receiver's shaper has let pass, for acknowledgements, per file byte that came. */
  readonly acknowledgementShare: number;
}

/** Sends `bytes` from one host to the other, a few times. */
export async function measureLink(from: ShapedHost, to: ShapedHost, bytes: number): Promise<Link> {
  const links: Link[] = [];
  for (let transfer = 0; transfer < TRANSFERS; transfer++) links.push(await transferOnce(from, to, bytes));
  return links.reduce((best, link) => (link.payloadRate > best.payloadRate ? link : best));
}

async function transferOnce(from: ShapedHost, to: ShapedHost, bytes: number): Promise<Link> {
  const program = fileURLToPath(new URL('plain-transfer.js', import.meta.url));
  const before = { sent: from.sentBytes, acknowledged: to.sentBytes };
  const serving = new HostProcess(from, [process.execPath, program, 'serve', String(PORT), String(bytes)], '/');
  try {
    await serving.line((line) => line === 'listening');
    const taking = new HostProcess(to, [process.execPath, program, 'take', from.address, String(PORT)], '/');
    const taken = JSON.parse(await taking.line((line) => line.startsWith('{')));
    if (taken.bytes !== bytes) throw new Error(`${taken.bytes} of ${bytes} bytes came over a plain connection`);
    return {
      payloadRate: bytes / taken.seconds,
      payloadShare: bytes / (from.sentBytes - before.sent),
      acknowledgementShare: (to.sentBytes - before.acknowledged) / bytes,
    };
  } finally {
    await serving.kill();
  }
}
