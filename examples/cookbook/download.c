/* SPDX-License-Identifier: MIT */
/* download.c - save the files of some types that a site links to, while they arrive.
 *
 * Nothing is held in memory, however large a file is. A file is NUMBER.part until it is whole, and
 * then NUMBER: names that servers give may be hostile. DIRECTORY/index.txt says which is which.
 *
 * usage: download DIRECTORY TYPE URL [OPTION VALUE]...
 *
 *   download papers application/pdf https://example.org/ max_body 2G
 *   download photos image/ https://example.org/ links a,area,image
 */
#include <crawl/crawler.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct downloads {
  int directory;
  const char *type;
  FILE *index;
  int started; /* the number of the last */
  int saved;
};

struct file { /* travels with the request */
  FILE *out;
  int directory;
  char part[24];
  char name[16];
};

/* With the request's end, or when another attempt begins anew: what isn't whole goes. */
static void drop_file(void *data)
{
  struct file *file = data;

  if (file->out)
    fclose(file->out);
  unlinkat(file->directory, file->part, 0); /* fails if it was renamed */
  free(file);
}

static struct file *open_file(struct downloads *downloads)
{
  struct file *file = calloc(1, sizeof(*file));
  int fd;

  if (!file)
    return NULL;
  file->directory = downloads->directory;
  snprintf(file->name, sizeof(file->name), "%06d", ++downloads->started);
  snprintf(file->part, sizeof(file->part), "%s.part", file->name);
  fd = openat(file->directory, file->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  file->out = fd >= 0 ? fdopen(fd, "w") : NULL;
  if (file->out)
    return file;
  perror(file->part);
  if (fd >= 0)
    close(fd);
  drop_file(file);
  return NULL;
}

/* Each attempt; the type as it was sent, since no byte of the body is there yet. */
static int begin(crawler *c, crawler_page *page, void *user)
{
  struct downloads *downloads = user;
  struct file *file;

  (void)c;
  crawler_request_set_data(crawler_page_request(page), NULL, NULL);
  if (crawler_page_status(page) != 200 ||
      strncmp(crawler_page_sent_mime(page), downloads->type, strlen(downloads->type)) != 0)
    return CRAWLER_ACCEPT; /* a page, perhaps, with links to files */
  file = open_file(downloads);
  if (!file)
    return CRAWLER_REJECT;
  crawler_request_set_data(crawler_page_request(page), file, drop_file);
  return CRAWLER_ACCEPT;
}

/* Here the disk is faster than the network. Where it isn't: CRAWLER_LATER. */
static int write_bytes(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  struct file *file = crawler_request_data(crawler_page_request(page));

  (void)c;
  (void)user;
  if (!file || fwrite(data, 1, bytes, file->out) == bytes)
    return CRAWLER_ACCEPT;
  perror(file->part);
  return CRAWLER_REJECT;
}

/* All of the body is there: the file gets its name. */
static int keep(crawler *c, crawler_page *page, void *user)
{
  struct downloads *downloads = user;
  struct file *file = crawler_request_data(crawler_page_request(page));
  int status;

  (void)c;
  if (!file)
    return 0;
  status = fclose(file->out);
  file->out = NULL;
  if (status != 0 || renameat(file->directory, file->part, file->directory, file->name) < 0) {
    perror(file->part);
    return 0;
  }
  downloads->saved++;
  fprintf(downloads->index, "%s %s\n", file->name, crawler_page_url(page));
  return 0;
}

static int crawl(struct downloads *downloads, int argc, char **argv)
{
  crawler *c = crawler_new();
  int err;

  if (!c)
    return CRAWLER_E_NOMEM;
  for (int i = 4; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_headers(c, begin, downloads);
  crawler_on_body(c, write_bytes, NULL);
  crawler_on_page(c, keep, downloads);
  err = crawler_add(c, argv[3]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "download: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c);
  return err;
}

int main(int argc, char **argv)
{
  struct downloads downloads = { .directory = -1 };
  int err;
  int fd;

  if (argc < 4) {
    fputs("usage: download DIRECTORY TYPE URL [OPTION VALUE]...\n", stderr);
    return 2;
  }
  (void)mkdir(argv[1], 0777); /* it may be there */
  downloads.directory = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  downloads.type = argv[2];
  fd = openat(downloads.directory, "index.txt", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  downloads.index = fd >= 0 ? fdopen(fd, "w") : NULL;
  if (!downloads.index) {
    perror(argv[1]);
    return 1;
  }
  err = crawl(&downloads, argc, argv);
  if (fclose(downloads.index) != 0) {
    perror("index.txt");
    err = CRAWLER_E_SYSTEM;
  }
  close(downloads.directory);
  printf("%d files in %s\n", downloads.saved, argv[1]);
  return err < 0;
}
