/**
 * Reads tracker_info.txt: which trackers there are, and by which key they are known. The rules for people are in
 * docs/PROTOCOL.md; reading the file is the apps' matter.
 */
import { type Address, formatAddress, parseAddress, parseHost, parsePort } from './addresses.js';
import { MAX_TRACKERS } from './limits.js';

/** A tracker of the file. */
export interface TrackerEntry {
  /** Position in the file, from 1: the tracker's slot. */
  readonly number: number;
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

export type TrackerInfo =
  | {
      readonly ok: true;
      readonly trackers: readonly TrackerEntry[];
      /** SHA-256 of the cluster's public key, 64 lower-case hex digits. */
      readonly fingerprint: string | undefined;
    }
  | {
      readonly ok: false;
      /** Line of the file, from 1. */
      readonly line: number;
      /** A sentence for whoever wrote the file, without the line's number. */
      readonly message: string;
    };

type BadLine = Extract<TrackerInfo, { ok: false }>;
type Found<T> = { readonly ok: true; readonly value: T } | BadLine;

const bad = (line: { readonly number: number }, message: string): BadLine => ({
  ok: false,
  line: line.number,
  message,
});

/** A line with something on it. */
interface Line {
  readonly number: number;
  readonly words: readonly string[];
  readonly fingerprints: readonly string[];
}

/** Reads the text of a tracker_info.txt. */
export function parseTrackerInfo(text: string): TrackerInfo {
  const lines = meaningfulLines(text);
  if (lines.length === 0) return bad({ number: 1 }, 'no tracker is named');
  const fingerprint = fingerprintOf(lines);
  if (!fingerprint.ok) return fingerprint;
  const trackers = trackersOf(lines);
  if (!trackers.ok) return trackers;
  return { ok: true, trackers: trackers.value, fingerprint: fingerprint.value };
}

function meaningfulLines(text: string): Line[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map((content, index) => {
      const [meaningful = ''] = content.split('#', 1);
      const words = meaningful.split(/\s+/).filter(Boolean);
      const fingerprints = words.filter((word) => word.startsWith('fingerprint='));
      return { number: index + 1, words: words.filter((word) => !word.startsWith('fingerprint=')), fingerprints };
    });
  return lines.filter(({ words, fingerprints }) => words.length + fingerprints.length > 0);
}

function fingerprintOf(lines: readonly Line[]): Found<string | undefined> {
  let known: string | undefined;
  for (const line of lines) {
    for (const word of line.fingerprints) {
      const fingerprint = /^fingerprint=sha256:([0-9a-f]{64})$/i.exec(word)?.[1]?.toLowerCase();
      if (fingerprint === undefined) return bad(line, `"${word}" is not fingerprint=sha256: and 64 hex digits`);
      if (known !== undefined && known !== fingerprint) {
        return bad(line, 'the fingerprint differs from the one above; a cluster has one key');
      }
      known = fingerprint;
    }
  }
  return { ok: true, value: known };
}

function trackersOf(lines: readonly Line[]): Found<TrackerEntry[]> {
  const trackers: TrackerEntry[] = [];
  const seen = new Set<string>();
  const linesEach = isOldForm(lines) ? 2 : 1;
  for (let index = 0; index < lines.length; index += linesEach) {
    const line = lines[index] as Line;
    const address = linesEach === 2 ? alternatingAddress(line, lines[index + 1]) : addressOf(line);
    if (!address.ok) return address;
    // Names of hosts are the same in any case.
    const written = formatAddress(address.value).toLowerCase();
    if (seen.has(written)) return bad(line, `${written} is named twice`);
    if (trackers.length === MAX_TRACKERS) return bad(line, `a cluster has at most ${MAX_TRACKERS} trackers`);
    seen.add(written);
    trackers.push({ number: trackers.length + 1, ...address.value });
  }
  return { ok: true, value: trackers };
}

/** The old form: a host alone on a line, its port alone on the next, and so on. The first two lines tell. */
function isOldForm(lines: readonly Line[]): boolean {
  const [host, port] = lines.map(({ words }) => words.join(' '));
  return host !== undefined && port !== undefined && parseHost(host) !== undefined && parsePort(port) !== undefined;
}

function alternatingAddress(hostLine: Line, portLine: Line | undefined): Found<Address> {
  const hostText = hostLine.words.join(' ');
  const host = parseHost(hostText);
  if (host === undefined) return bad(hostLine, `"${hostText}" is not a host`);
  const portText = portLine?.words.join(' ') ?? '';
  const port = parsePort(portText);
  if (port === undefined) return bad(portLine ?? hostLine, `"${portText}" is not the port of ${host}`);
  return { ok: true, value: { host, port } };
}

function addressOf(line: Line): Found<Address> {
  const [first, second, ...rest] = line.words;
  if (first === undefined) return bad(line, 'a fingerprint stands behind an address');
  if (rest.length > 0) return bad(line, `"${rest.join(' ')}" is not understood`);
  const parsed = parseAddress(second === undefined ? first : `${first}:${second}`);
  return parsed.ok ? { ok: true, value: parsed.address } : bad(line, parsed.message);
}
