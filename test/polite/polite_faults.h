/* SPDX-License-Identifier: MIT */
/* polite_faults.h - what an impolite crawler would have left in the log of a polite one. */
#ifndef CR_POLITE_FAULTS_H
#define CR_POLITE_FAULTS_H

#include "polite/polite_check.h"

struct cr_polite_scene { /* what a fault is planted into */
  const struct cr_polite_web *web;
  const struct cr_polite_promise *promise;
  struct cr_polite_log log;
};

struct cr_polite_plant {
  const char *what;
  enum cr_polite_fault fault; /* what the checker has to find, among others maybe */
  /* False: the log has no place for it. */
  bool (*plant)(struct cr_polite_scene *scene);
};

extern const struct cr_polite_plant cr_polite_plants[];
extern const size_t cr_polite_plant_count;

/* In a copy of the log, which is put in order of time again. The caller's to free. */
bool cr_polite_plant(const struct cr_polite_plant *plant, const struct cr_polite_scene *scene,
                     struct cr_polite_log *out);

#endif
