/*
 * What this machine can do at all: a file by plain TCP, sent by sendfile, received, hashed in leaves of 16 KiB where
 * that is asked for, and written. No protocol, no encryption, nothing that could fail and be mended.
 *
 *   pipe serve <port> <file>                            sends the file to everybody who connects
 *   pipe take <port> <bytes> <destination> plain|sha256  says "ready", waits for a line, says "complete"
 *   pipe how                                            by what SHA-256 is computed
 *   pipe digest <text>                                  SHA-256 of it, in hexadecimal
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sha256.h"

#define LEAF_BYTES (16 * 1024)
/* Fits in a core's cache, so that what has come is hashed and written from there. */
#define BUFFER_BYTES (256 * 1024)

static void require(int holds, const char *what) {
  if (holds) return;
  perror(what);
  exit(1);
}

static struct sockaddr_in loopback(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static void send_file(int to, const char *path) {
  struct stat found;
  int file = open(path, O_RDONLY);
  require(file >= 0 && fstat(file, &found) == 0, path);
  for (off_t sent = 0; sent < found.st_size;)
    require(sendfile(to, file, &sent, (size_t)(found.st_size - sent)) > 0, "sendfile");
}

static int serve(const char *port, const char *path) {
  struct sockaddr_in address = loopback(port);
  int on = 1, listening = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  require(bind(listening, (struct sockaddr *)&address, sizeof address) == 0 && listen(listening, 16) == 0, "listen");
  puts("listening");
  fflush(stdout);
  for (;;) {
    int taker = accept(listening, NULL, NULL);
    require(taker >= 0, "accept");
    /* One process each. They are waited for by nobody: what they have used shows as long as this one lives. */
    if (fork() == 0) {
      send_file(taker, path);
      exit(0);
    }
    close(taker);
  }
}

static int take(const char *port, off_t bytes, const char *path, int hashed) {
  static uint8_t buffer[BUFFER_BYTES];
  uint8_t digest[32];
  struct sockaddr_in address = loopback(port);
  puts("ready");
  fflush(stdout);
  if (getchar() == EOF) return 1;
  int from = socket(AF_INET, SOCK_STREAM, 0), file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
  require(file >= 0, path);
  require(connect(from, (struct sockaddr *)&address, sizeof address) == 0, "connect");
  for (off_t written = 0; written < bytes;) {
    size_t filled = 0, wanted = bytes - written < BUFFER_BYTES ? (size_t)(bytes - written) : BUFFER_BYTES;
    while (filled < wanted) {
      ssize_t got = read(from, buffer + filled, wanted - filled);
      require(got > 0, "read");
      filled += (size_t)got;
    }
    for (size_t at = 0; hashed && at < filled; at += LEAF_BYTES)
      sha256(buffer + at, filled - at < LEAF_BYTES ? filled - at : LEAF_BYTES, digest);
    require(write(file, buffer, filled) == (ssize_t)filled, "write");
    written += (off_t)filled;
  }
  puts("complete");
  fflush(stdout);
  /* What it has used is looked up by its id. */
  return getchar() == EOF;
}

static int print_digest(const char *text) {
  uint8_t digest[32];
  sha256((const uint8_t *)text, strlen(text), digest);
  for (int i = 0; i < 32; i++) printf("%02x", digest[i]);
  return puts("") < 0;
}

int main(int count, char **words) {
  if (count == 2 && strcmp(words[1], "how") == 0) return puts(sha256_how()) < 0;
  if (count == 3 && strcmp(words[1], "digest") == 0) return print_digest(words[2]);
  if (count == 4 && strcmp(words[1], "serve") == 0) return serve(words[2], words[3]);
  if (count == 6 && strcmp(words[1], "take") == 0)
    return take(words[2], atoll(words[3]), words[4], strcmp(words[5], "sha256") == 0);
  fprintf(stderr, "pipe serve|take|how|digest …\n");
  return 2;
}
