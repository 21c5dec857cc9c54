/** What `--help` prints, and the one line that goes with a mistyped command. */
const own = '[tracker_info.txt] [--tracker NUMBER] [--data-dir DIR]';

export const usageLines = {
  serve: 'usage: tracker <tracker_info.txt> <number> [--data-dir DIR] [--log-level LEVEL]',
  retire: `usage: tracker retire <number> ${own}`,
  fingerprint: `usage: tracker fingerprint ${own}`,
  'rotate-key': `usage: tracker rotate-key ${own}`,
  'reset-password': `usage: tracker reset-password <user> ${own}`,
  audit: 'usage: tracker audit <data-dir> [--json]',
} as const;

export const helpText = `${usageLines.serve}

  tracker_info.txt     which trackers there are, one host:port a line
  number               which line of it this tracker is, from 1
  --data-dir DIR       this tracker's own directory (default .p2p/tracker-<number> beside tracker_info.txt)
  --log-level LEVEL    error, warn, info (the default) or debug
  --help, --version

The first start makes cluster.key beside tracker_info.txt. All trackers share it: copy it to the other machines.

For whoever runs a tracker:

  tracker retire <number> ${own}
      gives up a tracker that never comes back, so that nobody waits for it; should it come back, it begins anew.
      It is told to the tracker of this machine, or written into its directory while that one doesn't run.
      By default the nearest tracker_info.txt, and the only tracker whose directory lies beside it.

  tracker fingerprint ${own}
      prints fingerprint=sha256:… of the key in cluster.key: what belongs into the tracker_info.txt that people get.

  tracker rotate-key ${own}
      replaces the cluster's key. Trackers and clients follow by themselves, also those that are away for now; the former
      key counts for 90 days more. Against a key that was stolen it is no help: see docs/OPERATIONS.md.

  tracker reset-password <user> ${own}
      makes a new password for a user who has forgotten the old one, and prints it: the only time that it is to be seen.
      All the user's devices are logged out.

  tracker audit <data-dir> [--json]
      prints the final operations in a data directory in their order, each with its time, who asked, and the running
      digest, and says whether the chain is whole. Only reads; exit 1 where it is not.`;
