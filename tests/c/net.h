/* A client in a few bytes: whether the port is open, ApiVersions, whether the broker has hung up. */
#ifndef NET_H
#define NET_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "check.h"

/* A connection, or -1 and errno. */
static inline int try_connect(uint16_t port) {
  struct sockaddr_in address;
  int client = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(client >= 0);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(client, (struct sockaddr *)&address, sizeof address) != 0) {
    int why = errno;
    close(client);
    errno = why;
    return -1;
  }
  return client;
}

static inline int connect_to(uint16_t port) {
  int client = try_connect(port);
  if (client < 0) fail(__FILE__, __LINE__, "connect: %s", strerror(errno));
  return client;
}

static inline void check_refused(uint16_t port) {
  CHECK_INT(try_connect(port), -1);
  CHECK_INT(errno, ECONNREFUSED);
}

static inline void readable(int client) {
  struct pollfd one;
  one.fd = client;
  one.events = POLLIN;
  CHECK_INT(poll(&one, 1, LIMIT_MS), 1);
}

/* The broker has ended the connection; with a reset if it had not taken it yet. */
static inline void check_over(int client) {
  char byte;
  ssize_t got;
  readable(client);
  got = recv(client, &byte, 1, 0);
  CHECK(got == 0 || (got < 0 && errno == ECONNRESET));
}

static inline void receive(int client, unsigned char *to, size_t size) {
  while (size > 0) {
    ssize_t got;
    readable(client);
    got = recv(client, to, size, 0);
    CHECK(got > 0);
    to += got;
    size -= (size_t)got;
  }
}

/* A round trip: ApiVersions version 0, correlation id 7, client id "c". */
static inline void check_api_versions(int client) {
  static const unsigned char request[] = {0, 0, 0, 11, 0, 18, 0, 0, 0, 0, 0, 7, 0, 1, 'c'};
  unsigned char answer[4096];
  size_t size;
  CHECK_INT(send(client, request, sizeof request, MSG_NOSIGNAL), sizeof request);
  receive(client, answer, 4);
  size = (size_t)answer[0] << 24 | (size_t)answer[1] << 16 | (size_t)answer[2] << 8 | answer[3];
  CHECK(size > 10 && size <= sizeof answer);
  receive(client, answer, size);
  /* The correlation id, and error 0. */
  CHECK_INT(memcmp(answer, "\0\0\0\7\0\0", 6), 0);
}

#endif
