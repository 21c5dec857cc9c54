/**
 * Answers and events as lines of JSON on standard output, one a command; what is meant for people goes to standard
 * error. The lines are a contract with other programs: fields are named one by one, nothing slips in.
 */
import { printable } from '@p2p/command-line';
import type { PeerEvent } from '@p2p/peer';
import type { Outcome } from './commands/command.js';
import { DownloadChanges, type DownloadEvent } from './download-changes.js';
import type { Output, TextSink } from './output.js';

type TrackerEvent = Extract<PeerEvent, { event: 'tracker' }>;

export class JsonOutput implements Output {
  private readonly changes: DownloadChanges;
  /** The tracker that was last said to be connected; undefined since it was said to be lost. */
  private connected: number | undefined;

  constructor(
    private readonly stdout: TextSink,
    private readonly stderr: TextSink,
    nowMs: () => number,
  ) {
    this.changes = new DownloadChanges(nowMs);
  }

  answer(command: string | null, outcome: Outcome): void {
    if (outcome.ok) this.print({ command, ok: true, result: outcome.result });
    else this.print({ command, ok: false, error: { code: outcome.code, message: outcome.message } });
  }

  event(event: PeerEvent): void {
    if (event.event === 'tracker') this.trackerEvent(event);
    else if (event.event === 'download') this.downloadEvent(event);
    else if (event.event === 'notice') this.stderr.write(`${printable(event.message)}\n`);
  }

  /** A fail-over is one event inside and two outside: the old tracker is lost, the new one connected. */
  private trackerEvent(event: TrackerEvent): void {
    const lost = event.state === 'lost' ? event.number : event.lost;
    if (lost !== undefined && (lost === this.connected || event.state === 'lost')) {
      this.print({ event: 'tracker', number: lost, state: 'lost' });
    }
    this.connected = event.state === 'connected' ? event.number : undefined;
    if (event.state === 'connected') this.print({ event: 'tracker', number: event.number, state: 'connected' });
  }

  private downloadEvent(download: DownloadEvent): void {
    if (this.changes.judge(download) === 'nothing') return;
    const { event, group, file, state, done, bytes, path, root, error } = download;
    this.print({
      event,
      group,
      file,
      state,
      done,
      bytes,
      ...(state === 'complete' ? { path, root } : {}),
      ...(state === 'failed' && error !== undefined ? { error: { code: error.code, message: error.message } } : {}),
    });
  }

  private print(line: object): void {
    this.stdout.write(`${JSON.stringify(line)}\n`);
  }
}
