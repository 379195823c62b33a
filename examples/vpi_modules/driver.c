/* Drives the counter between clock edges, forces an output for a while, and ends the
 * run. */
#include "find.h"

static int step = 0;

static void put(vpiHandle net, int number, PLI_INT32 flag, unsigned delay) {
  s_vpi_value value;
  s_vpi_time time;
  value.format = vpiIntVal;
  value.value.integer = number;
  memset(&time, 0, sizeof time);
  time.type = vpiSimTime;
  time.low = delay;
  vpi_put_value(net, &value, flag == vpiNoDelay ? NULL : &time, flag);
}

static PLI_INT32 look(p_cb_data data) {
  s_vpi_value value;
  vpiHandle scope = find_scope("counter");
  (void)data;
  value.format = vpiHexStrVal;
  vpi_get_value(vpi_handle_by_name("q", scope), &value);
  vpi_printf("%7llu step %d: q = %s", now(), step, value.value.str);
  value.format = vpiBinStrVal;
  vpi_get_value(vpi_handle_by_name("wrap", scope), &value);
  vpi_printf(", wrap = %s\n", value.value.str);
  return 0;
}

/* What it writes at read-write synchronisation, the logic has settled from at `look`. */
static PLI_INT32 correct(p_cb_data data) {
  (void)data;
  put(find_input("d"), 200, vpiNoDelay, 0);
  return 0;
}

static PLI_INT32 drive(p_cb_data data) {
  vpiHandle wrap = vpi_handle_by_name("wrap", find_scope("counter"));
  (void)data;
  ++step;
  put(find_input("en"), step % 3 != 0, vpiNoDelay, 0);
  if (step == 5) {
    put(find_input("d"), 1, vpiInertialDelay, 2500);
  } else {
    put(find_input("d"), step * 37 % 256, vpiNoDelay, 0);
  }
  if (step == 7) call_back(cbReadWriteSynch, 0, correct);
  if (step == 9) put(wrap, 1, vpiForceFlag, 0);
  if (step == 11) put(wrap, 0, vpiForceFlag, 0);
  if (step == 13) put(wrap, 0, vpiReleaseFlag, 0);
  call_back(cbReadOnlySynch, 0, look);
  if (step == 20) {
    vpi_control(vpiFinish, 0);
  } else {
    call_back(cbAfterDelay, 10000, drive);
  }
  return 0;
}

static PLI_INT32 start(p_cb_data data) {
  (void)data;
  call_back(cbAfterDelay, 1000, drive);
  return 0;
}

static void register_driver(void) {
  call_back(cbStartOfSimulation, 0, start);
}

void (*vlog_startup_routines[])(void) = {register_driver, NULL};
