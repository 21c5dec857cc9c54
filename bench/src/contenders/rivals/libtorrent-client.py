"""A client on libtorrent: libtorrent-client.py <torrent> <directory> <address:port> seed|download.

A downloader says "ready", waits for a line of input, and says "complete" when it has all of the file. Both go on
serving until they are killed.
"""
import sys
import time

import libtorrent

torrent, directory, address, role = sys.argv[1:]
session = libtorrent.session({
    'listen_interfaces': address,
    # The tracker is told of everybody; all else would look for peers outside.
    'enable_dht': False, 'enable_lsd': False, 'enable_upnp': False, 'enable_natpmp': False,
    # Made for slow lines, and thirty times slower than TCP where there is no line at all.
    'enable_outgoing_utp': not address.startswith('127.'), 'enable_incoming_utp': not address.startswith('127.'),
    # All come from one subnet here, and are no attack.
    'allow_multiple_connections_per_ip': True,
    'alert_mask': 0,
})
parameters = libtorrent.add_torrent_params()
parameters.ti = libtorrent.torrent_info(torrent)
parameters.save_path = directory
parameters.flags &= ~(libtorrent.torrent_flags.auto_managed | libtorrent.torrent_flags.paused)


if role == 'download':
    print('ready', flush=True)
    sys.stdin.readline()
handle = session.add_torrent(parameters)
while not handle.status().is_seeding:
    time.sleep(0.02)
print('complete', flush=True)
while True:
    time.sleep(1)
