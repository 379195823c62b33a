/* Finds what both modules look for, below the bench under vvp and at the top under
 * heddle, which has no bench around the design. */
#pragma once

#include <stdio.h>
#include <string.h>
#include <vpi_user.h>

static vpiHandle find_scope(const char* name) {
  vpiHandle top = NULL;
  vpiHandle tops = vpi_iterate(vpiModule, NULL);
  while (tops != NULL && (top = vpi_scan(tops)) != NULL) {
    if (strcmp(vpi_get_str(vpiName, top), name) == 0) return top;
    vpiHandle inner = NULL;
    vpiHandle inners = vpi_iterate(vpiModule, top);
    while (inners != NULL && (inner = vpi_scan(inners)) != NULL) {
      if (strcmp(vpi_get_str(vpiName, inner), name) == 0) return inner;
    }
  }
  return NULL;
}

/* An input of the design: under vvp the register of the bench that drives it. */
static inline vpiHandle find_input(const char* name) {
  char path[64];
  snprintf(path, sizeof path, "bench.%s", name);
  vpiHandle handle = vpi_handle_by_name(path, NULL);
  return handle != NULL ? handle : vpi_handle_by_name(name, find_scope("counter"));
}

static unsigned long long now(void) {
  s_vpi_time time;
  time.type = vpiSimTime;
  vpi_get_time(NULL, &time);
  return (unsigned long long)time.high << 32 | time.low;
}

/* Calls `routine` after `delay` ps, or, with another reason, when that says. */
static void call_back(PLI_INT32 reason, unsigned delay, PLI_INT32 (*routine)(p_cb_data)) {
  s_vpi_time time;
  s_cb_data data;
  memset(&time, 0, sizeof time);
  memset(&data, 0, sizeof data);
  time.type = vpiSimTime;
  time.low = delay;
  data.reason = reason;
  data.cb_rtn = routine;
  data.time = &time;
  vpi_register_cb(&data);
}
