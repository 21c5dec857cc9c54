/** What `--help` prints. */
export const usageLine =
  'usage: client [IP:PORT] [tracker_info.txt] [--data-dir DIR] [--json] [--stay] [--bind IP:PORT] [--no-web] ' +
  '[--upload-limit BYTES] [--download-limit BYTES] [--give-up SECONDS]';

export const helpText = `${usageLine}

  IP:PORT                 where other peers reach this client (default 127.0.0.1 and any free port; port 0 is any);
                          the address of a tracker in tracker_info.txt: that tracker is tried first
  tracker_info.txt        which trackers there are (default: the nearest one, from here upwards)
  --data-dir DIR          this device's keys and session (default .p2p/client-1, client-2, … beside tracker_info.txt:
                          the first that no running client holds)
  --json                  one line of JSON for every command and event
  --stay                  at the end of a script: go on sharing until stopped
  --bind IP:PORT          where the socket is bound, if that differs from the address
  --upload-limit BYTES    bytes per second, like 500k or 2M; 0 for none (the default)
  --download-limit BYTES  bytes per second, like 500k or 2M; 0 for none (the default)
  --give-up SECONDS       a download that gets nothing for so long fails; 0 for never (default 60 in a script,
                          never at a prompt)
  --no-web                without the page in the browser
  --help, --version

At the prompt, or as the first line of a script: help`;
