/** What a download needs of the client around it. */
import type { DeviceId } from '@p2p/protocol';
import type { Mutex } from 'async-mutex';
import type { KeptDownloads } from '../library/kept-downloads.js';
import type { Shares } from '../library/shares.js';
import type { Trees } from '../library/trees.js';
import type { OpenFiles } from '../sharing/open-files.js';
import type { Download } from './download.js';
import type { RunContext } from './download-run.js';

/** What all downloads of a client have in common. */
export interface DownloadContext extends RunContext {
  /** This client's own device. */
  readonly self: DeviceId;
  readonly shares: Pick<Shares, 'addFetched'>;
  readonly kept: KeptDownloads;
  readonly trees: Pick<Trees, 'get'>;
  readonly files: OpenFiles;
  /** One check of what lies on a disk at a time. */
  readonly checking: Mutex;
  /** The state has changed, or there is progress to tell. */
  readonly changed: (download: Download) => void;
}
