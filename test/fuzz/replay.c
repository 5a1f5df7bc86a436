/* SPDX-License-Identifier: MIT */
/* replay.c - gives a fuzz target every file of the folders named, without libFuzzer.
 *
 * Linked to each fuzz_*.c by `make check`, so that a corpus and the inputs that once crashed are
 * read again by every build. Without a folder the target gets the empty input.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

enum { PATH_BYTES = 4096, INPUT_MAX = 16 << 20 };

static int replay_file(const char *path)
{
  FILE *in = fopen(path, "rb");
  uint8_t *data = malloc(INPUT_MAX);
  uint8_t *exact = NULL;
  size_t bytes = 0;
  int failed = 1;

  if (!in || !data)
    goto done;
  bytes = fread(data, 1, INPUT_MAX, in);
  exact = malloc(bytes > 0 ? bytes : 1); /* so that a read behind the end is seen */
  if (!exact)
    goto done;
  memcpy(exact, data, bytes);
  (void)LLVMFuzzerTestOneInput(exact, bytes); /* says nothing but by crashing */
  failed = 0;
done:
  if (failed)
    fprintf(stderr, "replay: can't read %s\n", path);
  free(exact);
  free(data);
  if (in)
    fclose(in);
  return failed;
}

static int replay_folder(const char *folder, int *files)
{
  DIR *dir = opendir(folder);
  const struct dirent *entry = NULL;
  char path[PATH_BYTES];
  int failed = 0;

  if (!dir) {
    fprintf(stderr, "replay: can't open %s\n", folder);
    return 1;
  }
  while ((entry = readdir(dir)) != NULL) {
    if (entry->d_name[0] == '.')
      continue;
    snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
    failed += replay_file(path);
    (*files)++;
  }
  closedir(dir);
  return failed;
}

int main(int argc, char **argv)
{
  int files = 0;
  int failed = 0;

  (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
  for (int i = 1; i < argc; i++)
    failed += replay_folder(argv[i], &files);
  printf("%d inputs\n", files);
  return failed > 0;
}
