/* SPDX-License-Identifier: MIT */
/* own_net.c - a network of the process's own, in which every address there is leads back to it.
 *
 * A route of type "local" for all addresses does what an address on the interface does for one
 * (rtnetlink(7); ip route add local 0.0.0.0/0 dev lo).
 */
#include "support/own_net.h"

#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

static bool raise_loopback(void)
{
  struct ifreq request = { .ifr_name = "lo" };
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return false;
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  bool ok = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  close(fd);
  return ok;
}

struct route_request {
  struct nlmsghdr head;
  struct rtmsg route;
  struct rtattr oif;
  int index;
};

static bool is_acknowledged(int fd)
{
  struct {
    struct nlmsghdr head;
    struct nlmsgerr error;
    char rest[256];
  } reply;
  ssize_t got = recv(fd, &reply, sizeof(reply), 0);

  return got >= (ssize_t)(sizeof(reply.head) + sizeof(reply.error)) &&
         reply.head.nlmsg_type == NLMSG_ERROR && reply.error.error == 0;
}

static bool route_all_to_loopback(int family)
{
  struct route_request request = {
    .head = { .nlmsg_len = sizeof(request),
              .nlmsg_type = RTM_NEWROUTE,
              .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK },
    .route = { .rtm_family = (unsigned char)family,
               .rtm_table = RT_TABLE_LOCAL,
               .rtm_protocol = RTPROT_BOOT,
               .rtm_scope = RT_SCOPE_HOST,
               .rtm_type = RTN_LOCAL },
    .oif = { .rta_len = RTA_LENGTH(sizeof(int)), .rta_type = RTA_OIF },
    .index = (int)if_nametoindex("lo"),
  };
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

  if (fd < 0)
    return false;
  bool ok =
      send(fd, &request, sizeof(request), 0) == (ssize_t)sizeof(request) && is_acknowledged(fd);
  close(fd);
  return ok;
}

const char *cr_own_net_enter(void)
{
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
    return "no user and network namespaces here";
  (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* for leak checkers */
  if (!raise_loopback())
    return "the loopback interface of a new network can't be set up here";
  if (!route_all_to_loopback(AF_INET))
    return "no local route for all of IPv4 here";
  return route_all_to_loopback(AF_INET6) ? NULL : "no local route for all of IPv6 here";
}

/* "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens ..." (RFC 2012), then the numbers. */
long cr_own_net_connections_begun(void)
{
  FILE *file = fopen("/proc/self/net/snmp", "re");
  char line[1024];
  long begun = -1;

  while (file && fgets(line, sizeof(line), file))
    if (sscanf(line, "Tcp: %*d %*d %*d %*d %ld", &begun) == 1)
      break;
  if (file)
    (void)fclose(file);
  return begun;
}
