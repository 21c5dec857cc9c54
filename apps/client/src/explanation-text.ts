/** What `explain` tells a person: a verdict in one line, and below it what it rests on. */
import type { DownloadStatus, ExplainedPeer, Explanation, MissingPieces } from '@p2p/peer';
import { counted, formatBytes, formatDuration, formatPercent, sentence, table, timeLeft } from './human-output.js';

/** As much of a device's id as is shown, as in `list_devices`. Hex digits. */
const SHOWN_DEVICE_DIGITS = 12;
/** Runs of pieces in one line, and devices in one verdict; the rest is counted. */
const SHOWN_AT_ONCE = 3;

/** What `show_downloads` says of the same download. */
type Status = Omit<DownloadStatus, 'root'>;

/** `status` undefined: it has made way for another one meanwhile. */
export function explanationText(explanation: Explanation, status: Status | undefined): string {
  const { state, peers, tracker } = explanation;
  const lines = status === undefined ? [state] : verdict(explanation, status);
  if (peers.length > 0) lines.push(state === 'downloading' ? peerTable(peers) : partsTable(peers));
  if (state === 'downloading') lines.push(trackerLine(tracker));
  return lines.join('\n');
}

function trackerLine(tracker: Explanation['tracker']): string {
  if (tracker === null) return 'no tracker has said yet who has the file';
  return `tracker ${tracker.number} said ${formatDuration(tracker.agoMs)} ago who has the file`;
}

/** The verdict, and lines that go on with it. */
function verdict(explanation: Explanation, status: Status): string[] {
  const { state, peers } = explanation;
  const { done, bytes, error } = status;
  switch (state) {
    case 'queued':
      return ['queued: it begins when it is its turn, and what is there already has been checked'];
    case 'paused':
      return [`paused at ${formatPercent(done, bytes)} of ${formatBytes(bytes)} – to go on: resume`];
    case 'failed':
      if (error === undefined) return ['cancelled – to fetch it again: download_file'];
      return [sentence`failed: ${error.message} – to try again: resume`];
    case 'complete':
      return [completeVerdict(peers)];
    case 'downloading':
      return runningVerdict(explanation, status);
  }
}

function completeVerdict(peers: readonly ExplainedPeer[]): string {
  const senders = peers.filter(({ bytes }) => bytes > 0);
  if (senders.length === 0) return 'complete';
  const all = bytesOf(senders);
  const shown = senders.slice(0, SHOWN_AT_ONCE);
  const parts = shown.map(({ device, bytes }) => `${formatPercent(bytes, all)} from ${shortened(device)}`);
  const rest = senders.length - shown.length;
  return `complete: ${parts.join(', ')}${rest === 0 ? '' : `, the rest from ${counted(rest, 'other')}`}`;
}

function runningVerdict({ peers, missing }: Explanation, status: Status): string[] {
  const connected = peers.filter(({ phase }) => phase === 'connected').length;
  if (connected === 0) return [unconnectedVerdict(peers, missing)];
  const lines = missingLines(missing);
  if (status.bytesPerSecond > 0) {
    const rate = `${formatBytes(status.bytesPerSecond)}/s`;
    return [[counted(connected, 'peer'), rate, ...timeLeft(status)].join(', '), ...lines];
  }
  const [first, ...rest] = lines;
  return [`waiting: ${first ?? `${counted(connected, 'peer')} connected, nothing comes yet`}`, ...rest];
}

function unconnectedVerdict(peers: readonly ExplainedPeer[], missing: readonly MissingPieces[]): string {
  const inPhase = (...phases: string[]) => peers.filter(({ phase }) => phases.includes(phase));
  const trying = inPhase('known', 'connecting').length;
  if (trying > 0) return `connecting to ${counted(trying, 'peer')}`;
  const waiting = inPhase('waiting');
  if (waiting.length > 0) return `waiting: ${counted(waiting.length, 'peer')} can't be reached${nextTry(waiting)}`;
  if (inPhase('banned').length > 0) return 'waiting: whoever was there sent something else than the file';
  // Where nobody is there, something is missing as soon as it has been looked at.
  return missing.length === 0 ? 'beginning' : `waiting: nobody who has the file is online${lastSeen(missing)}`;
}

function nextTry(waiting: readonly ExplainedPeer[]): string {
  const next = Math.min(...waiting.map(({ retryInMs }) => retryInMs ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(next) ? `; the next try is in ${formatDuration(next)}` : '';
}

/** A line for each device at which some of them were last seen. */
function missingLines(missing: readonly MissingPieces[]): string[] {
  const devices = [...new Set(missing.map(({ lastHad }) => lastHad))];
  return devices.map((device) => {
    const runs = missing.filter(({ lastHad }) => lastHad === device);
    return `nobody online has ${piecesOf(runs)}${lastSeen(runs)}`;
  });
}

function lastSeen([first]: readonly MissingPieces[]): string {
  const device = first?.lastHad ?? null;
  return device === null ? '' : `; last seen at device ${shortened(device)}`;
}

/** `pieces 3-7, 9, 12-14 and 5 more`. */
function piecesOf(runs: readonly MissingPieces[]): string {
  const shown = runs
    .slice(0, SHOWN_AT_ONCE)
    .map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  const rest = runs.slice(SHOWN_AT_ONCE).reduce((count, { first, last }) => count + last - first + 1, 0);
  const isOne = rest === 0 && runs.length === 1 && runs[0]?.first === runs[0]?.last;
  return `${isOne ? 'piece' : 'pieces'} ${shown.join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`;
}

function partsTable(peers: readonly ExplainedPeer[]): string {
  const all = bytesOf(peers);
  const rows = peers.map(({ device, bytes }) => [shortened(device), formatBytes(bytes), formatPercent(bytes, all)]);
  return table(['DEVICE', 'CAME', 'PART'], rows, '');
}

function peerTable(peers: readonly ExplainedPeer[]): string {
  return table(
    ['DEVICE', 'STATE', 'RATE', 'ROUND TRIP', 'UNDER WAY', 'STALLS', 'CAME', ''],
    peers.map((peer) => [
      shortened(peer.device),
      peer.phase,
      ...(peer.phase === 'connected' ? linkCells(peer) : ['', '', '', '']),
      formatBytes(peer.bytes),
      remark(peer),
    ]),
    '',
  );
}

function linkCells({ bytesPerSecond, roundTripMs, outstandingBytes, stalls }: ExplainedPeer): string[] {
  const roundTrip = roundTripMs === null ? '' : `${Math.round(roundTripMs)} ms`;
  return [`${formatBytes(bytesPerSecond)}/s`, roundTrip, formatBytes(outstandingBytes), String(stalls)];
}

function remark({ trouble, retryInMs }: ExplainedPeer): string {
  const again = retryInMs === null ? [] : [`again in ${formatDuration(retryInMs)}`];
  return [...(trouble === null ? [] : [trouble]), ...again].join(', ');
}

function bytesOf(peers: readonly ExplainedPeer[]): number {
  return peers.reduce((sum, { bytes }) => sum + bytes, 0);
}

function shortened(device: string): string {
  return sentence`${device.slice(0, SHOWN_DEVICE_DIGITS)}`;
}
