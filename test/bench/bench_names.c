/* SPDX-License-Identifier: MIT */
/* bench_names.c - names to addresses: getaddrinfo() in threads beside the library's resolver.
 *
 *   bench_names COUNT threads THREADS
 *   bench_names COUNT resolver TIMEOUT_MS ACTIVE PROMPT
 *
 * COUNT names of many_hosts.h; of every twenty one is dN.example, for which no answer comes. By
 * getaddrinfo() in threads, or by fetch/resolve.h, with max_active ACTIVE and max_prompt PROMPT.
 * Both ask whom the system's resolv.conf names, for IPv4 and IPv6: names.sh gives them one of their
 * own. last_found: when the last name was that has an address; lost: names that have one and got
 * none.
 */
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

#include "bench/many_hosts.h"
#include "bench/usage.h"
#include "fetch/resolve.h"
#include "loop/loop.h"

enum { ONE_DEAD_OF = 20 };

static struct {
  uint32_t count, next, done, found;
  double began, last_found;
  pthread_mutex_t lock; /* of threads, for next and what note() writes */
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void name_next(char name[CR_MANY_HOSTS_NAME])
{
  uint32_t number = all.next++;

  cr_many_hosts_name(number, name);
  if (number % ONE_DEAD_OF == 0)
    name[0] = 'd';
}

static void note(bool is_found)
{
  all.done++;
  if (!is_found)
    return;
  all.found++;
  all.last_found = cr_usage_clock() - all.began;
}

/* ---- getaddrinfo() ---- */

static bool has_address(const char *name)
{
  struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
  struct addrinfo *addresses;

  if (getaddrinfo(name, "80", &hints, &addresses) != 0)
    return false;
  freeaddrinfo(addresses);
  return true;
}

static void *ask_system(void *arg)
{
  char name[CR_MANY_HOSTS_NAME];

  (void)pthread_mutex_lock(&all.lock);
  while (all.next < all.count) {
    name_next(name);
    (void)pthread_mutex_unlock(&all.lock);
    strncat(name, ".", sizeof(name) - strlen(name) - 1); /* no search domains */
    bool is_found = has_address(name);
    (void)pthread_mutex_lock(&all.lock);
    note(is_found);
  }
  (void)pthread_mutex_unlock(&all.lock);
  return arg;
}

static void bench_threads(size_t count)
{
  pthread_t *threads = calloc(count, sizeof(*threads));

  if (!threads)
    exit(1);
  for (size_t i = 0; i < count; i++)
    if (pthread_create(&threads[i], NULL, ask_system, NULL) != 0)
      exit(1);
  for (size_t i = 0; i < count; i++)
    (void)pthread_join(threads[i], NULL);
  free(threads);
}

/* ---- the library's resolver ---- */

static void answered(struct cr_resolve *question, const struct cr_address *addresses, size_t count,
                     const char *why)
{
  (void)question;
  (void)addresses;
  (void)why;
  note(count > 0);
}

/* TIMEOUT_MS ACTIVE PROMPT */
static void bench_resolver(char **numbers)
{
  struct cr_mem mem;
  struct cr_resolver_config config = { .mem = &mem,
                                       .timeout_ms = strtol(numbers[0], NULL, 10),
                                       .max_active = strtoul(numbers[1], NULL, 10),
                                       .max_prompt = strtoul(numbers[2], NULL, 10) };
  struct cr_resolve *questions = calloc(all.count, sizeof(*questions));
  struct cr_resolver *resolver;
  char name[CR_MANY_HOSTS_NAME];

  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  if (!questions || cr_loop_open_libevent(&config.loop, &mem, NULL) != 0 ||
      cr_resolver_open(&resolver, &config) != 0)
    exit(1);
  for (uint32_t i = 0; i < all.count; i++) {
    questions[i].done = answered;
    name_next(name);
    if (cr_resolve_start(resolver, &questions[i], cr_span_text(name), 80) != 0)
      exit(1);
  }
  while (all.done < all.count && cr_loop_turn(config.loop, -1) == 0)
    continue;
  cr_resolver_close(resolver);
  cr_loop_close(config.loop);
  free(questions);
}

int main(int argc, char **argv)
{
  bool in_threads = argc == 4 && strcmp(argv[2], "threads") == 0;

  if (!in_threads && (argc != 6 || strcmp(argv[2], "resolver") != 0))
    return 2;
  all.count = (uint32_t)strtoul(argv[1], NULL, 10);
  all.began = cr_usage_clock();
  if (in_threads)
    bench_threads(strtoul(argv[3], NULL, 10));
  else
    bench_resolver(argv + 3);
  (void)printf("found=%u lost=%u last_found=%.3f", (unsigned)all.found,
               (unsigned)(all.count - (all.count + ONE_DEAD_OF - 1) / ONE_DEAD_OF - all.found),
               all.last_found);
  cr_usage_print(cr_usage_now(), cr_usage_clock() - all.began, (double)all.count, "name");
  return 0;
}
