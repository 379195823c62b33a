/* Begins to watch a net in the middle of a run, and prints how often it changed. */
#include <string.h>
#include <vpi_user.h>

static int changes = 0;

static PLI_INT32 changed(p_cb_data data) {
  (void)data;
  ++changes;
  return 0;
}

static PLI_INT32 begin(p_cb_data data) {
  s_cb_data watch;
  (void)data;
  memset(&watch, 0, sizeof watch);
  watch.reason = cbValueChange;
  watch.cb_rtn = changed;
  watch.obj = vpi_handle_by_name("counter.wrap", NULL);
  vpi_register_cb(&watch);
  return 0;
}

static PLI_INT32 end(p_cb_data data) {
  (void)data;
  vpi_printf("%d changes\n", changes);
  return 0;
}

static void register_late(void) {
  s_cb_data data;
  s_vpi_time time;
  memset(&data, 0, sizeof data);
  memset(&time, 0, sizeof time);
  time.type = vpiSimTime;
  time.low = 777777;
  data.reason = cbAfterDelay;
  data.cb_rtn = begin;
  data.time = &time;
  vpi_register_cb(&data);
  data.reason = cbEndOfSimulation;
  data.cb_rtn = end;
  vpi_register_cb(&data);
}

void (*vlog_startup_routines[])(void) = {register_late, NULL};
