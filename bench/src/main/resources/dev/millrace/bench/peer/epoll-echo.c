/*
 * An echo server on one thread and one epoll, as plain as it can be and still be correct: what all
 * others are compared with. It has no time-outs.
 *
 * Usage: epoll-echo PORT. Port 0 has one picked. Prints "listening on 127.0.0.1:PORT", and ends when
 * its standard input does or says "stop".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES 65536 /* as all the others read */
#define BACKLOG 4096       /* as all the others; the kernel cuts it to net.core.somaxconn */
#define EVENTS 1024        /* per system call, as many as the JDK's selector asks for */
#define MOST_FILES 1048576 /* as the JVM's default at most */

/* What the kernel did not take of an echo; while there is some, nothing is read. */
struct rest {
  char *bytes; /* null for none */
  size_t from, to;
};

static char buffer[BUFFER_BYTES];
static struct rest *rests; /* by descriptor */
static int epoll;

/* Ends the program: a server that is short of something must not be measured. */
static void fail(const char *what) {
  fprintf(stderr, "epoll-echo: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void watch(int operation, int fd, unsigned events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(epoll, operation, fd, &event) != 0) fail("epoll_ctl");
}

static void end(int fd) {
  free(rests[fd].bytes);
  rests[fd].bytes = NULL;
  close(fd); /* which takes it off the epoll */
}

static void accept_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EAGAIN) return;
      if (errno == ECONNABORTED || errno == EINTR) continue; /* it went away in the queue */
      fail("accept");
    }
    int on = 1;
    /* It can fail for one that was reset already; the first read will tell. */
    (void)!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
  }
}

static void echo(int fd) {
  ssize_t got = read(fd, buffer, sizeof buffer);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) end(fd); /* the end of input, or a reset */
    return;
  }
  ssize_t put = write(fd, buffer, (size_t)got);
  if (put < 0) {
    if (errno != EAGAIN) {
      end(fd);
      return;
    }
    put = 0;
  }
  if (put < got) {
    struct rest *rest = &rests[fd];
    rest->from = 0;
    rest->to = (size_t)(got - put);
    rest->bytes = malloc(rest->to);
    if (rest->bytes == NULL) fail("malloc");
    memcpy(rest->bytes, buffer + put, rest->to);
    watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
  }
}

static void write_rest(int fd) {
  struct rest *rest = &rests[fd];
  ssize_t put = write(fd, rest->bytes + rest->from, rest->to - rest->from);
  if (put < 0) {
    if (errno != EAGAIN) end(fd);
    return;
  }
  rest->from += (size_t)put;
  if (rest->from == rest->to) {
    free(rest->bytes);
    rest->bytes = NULL;
    watch(EPOLL_CTL_MOD, fd, EPOLLIN);
  }
}

static int listen_on(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((unsigned short)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int on = 1;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("socket");
  if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) fail("SO_REUSEADDR");
  char where[64];
  snprintf(where, sizeof where, "cannot listen on 127.0.0.1:%d", port);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail(where);
  if (listen(listener, BACKLOG) != 0) fail(where);
  if (getsockname(listener, (struct sockaddr *)&address, &length) != 0) fail("getsockname");
  printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

/* Whether the one who started us has gone, or asks to end: nothing else is ever said. */
static int asked_to_end(void) {
  char line[64];
  ssize_t got = read(STDIN_FILENO, line, sizeof line);
  return got <= 0 || (got >= 4 && memcmp(line, "stop", 4) == 0);
}

int main(int count, char **args) {
  char *behind = NULL;
  long port = count == 2 ? strtol(args[1], &behind, 10) : -1;
  if (count != 2 || behind == args[1] || *behind != '\0' || port < 0 || port > 65535) {
    fprintf(stderr, "usage: epoll-echo PORT, 0 to 65535\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN); /* a write to one that is gone is an error like others */
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) fail("getrlimit");
  /* As many as there may be, as a JVM does; but some limits are a billion. */
  files.rlim_cur = files.rlim_max < MOST_FILES ? files.rlim_max : MOST_FILES;
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) fail("setrlimit");
  rests = calloc(files.rlim_cur, sizeof *rests); /* pages that nobody touches cost nothing */
  if (rests == NULL) fail("calloc");
  epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) fail("epoll_create1");
  watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN);
  int listener = listen_on((int)port);
  watch(EPOLL_CTL_ADD, listener, EPOLLIN);
  for (;;) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(epoll, events, EVENTS, -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(listener);
      } else if (fd == STDIN_FILENO) {
        if (asked_to_end()) return 0;
      } else if (rests[fd].bytes != NULL) {
        write_rest(fd);
      } else {
        echo(fd);
      }
    }
  }
}
