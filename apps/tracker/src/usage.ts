/** What `--help` prints. */
export const usageLine = 'usage: tracker <tracker_info.txt> <number> [--data-dir DIR] [--log-level LEVEL]';

export const helpText = `${usageLine}

  tracker_info.txt     which trackers there are, one host:port a line
  number               which line of it this tracker is, from 1
  --data-dir DIR       this tracker's own directory (default .p2p/tracker-<number> beside tracker_info.txt)
  --log-level LEVEL    error, warn, info (the default) or debug
  --help, --version

The first start makes cluster.key beside tracker_info.txt. All trackers share it: copy it to the other machines.`;
