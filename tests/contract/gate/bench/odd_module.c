/* A VPI module that asks for what heddle does, does not, and never could, and says
 * what it got. Each line is `name: value`. */
#include <stdio.h>
#include <string.h>
#include <vpi_user.h>

static vpiHandle counter;

static void say(const char* name, long long value) {
  vpi_printf("%s: %lld\n", name, value);
}

static int is_fault(void) {
  s_vpi_error_info info;
  return vpi_chk_error(&info) != 0 && strstr(info.message, "cannot do this") != NULL;
}

static PLI_INT32 never(p_cb_data data) {
  (void)data;
  say("never", 1);
  return 0;
}

static PLI_INT32 end(p_cb_data data) {
  (void)data;
  say("end", 1);
  return 0;
}

static void ask_for_objects(void) {
  vpiHandle q = vpi_handle_by_name("counter.q", NULL);
  vpiHandle bit = vpi_handle_by_index(q, 3);
  vpiHandle bits = vpi_iterate(vpiNetBit, q);
  int count = 0;
  while (bits != NULL && vpi_scan(bits) != NULL) ++count;
  say("bits", count);
  say("bit name", strcmp(vpi_get_str(vpiFullName, bit), "counter.q[3]"));
  say("bit parent", vpi_compare_objects(vpi_handle(vpiParent, bit), q));
  say("bit scope", vpi_compare_objects(vpi_handle(vpiScope, bit), counter));
  say("bit by name", vpi_compare_objects(vpi_handle_by_name("q[3]", counter), bit));
  say("type", vpi_get(vpiType, bit) == vpiNetBit && vpi_get(vpiType, q) == vpiNet);
  say("vector", vpi_get(vpiVector, q) == 1 && vpi_get(vpiScalar, bit) == 1);
  say("past the end", vpi_handle_by_index(q, 8) == NULL);
  say("top", vpi_get(vpiTopModule, counter));
  say("no such net", vpi_handle_by_name("counter.nothing", NULL) == NULL);
  say("no fault so far", is_fault());
}

static void ask_for_too_much(void) {
  s_vpi_value value;
  s_cb_data data;
  vpiHandle q = vpi_handle_by_name("q", counter);
  vpiHandle sum = vpi_handle_by_name("sum", counter);
  memset(&data, 0, sizeof data);
  say("odd property", vpi_get(4711, q) == vpiUndefined && is_fault());
  say("odd type", vpi_iterate(4711, counter) == NULL && is_fault());
  say("no handle", vpi_get(vpiSize, (vpiHandle)&value) == vpiUndefined && is_fault());
  data.reason = cbStmt;
  data.cb_rtn = never;
  say("odd reason", vpi_register_cb(&data) == NULL && is_fault());
  value.format = vpiIntVal;
  value.value.integer = 1;
  vpi_put_value(sum, &value, NULL, vpiNoDelay);
  say("driven net", is_fault());
  vpi_put_value(sum, &value, NULL, vpiForceFlag);
  say("not forceable", is_fault());
  value.format = vpiBinStrVal;
  value.value.str = (char*)"10x1";
  vpi_put_value(q, &value, NULL, vpiNoDelay);
  say("x put", is_fault());
  value.format = vpiRealVal;
  vpi_get_value(q, &value);
  say("real", is_fault());
}

static void deposit(void) {
  s_vpi_value value;
  vpiHandle q = vpi_handle_by_name("q", counter);
  value.format = vpiHexStrVal;
  value.value.str = (char*)"5A";
  vpi_put_value(q, &value, NULL, vpiNoDelay);
  value.format = vpiDecStrVal;
  vpi_get_value(q, &value);
  say("deposit", strcmp(value.value.str, "90"));
}

static PLI_INT32 start(p_cb_data data) {
  s_cb_data other;
  s_vpi_time time;
  s_vpi_vlog_info info;
  vpiHandle gone = NULL;
  (void)data;
  counter = vpi_handle_by_name("counter", NULL);
  ask_for_objects();
  ask_for_too_much();
  deposit();
  memset(&other, 0, sizeof other);
  memset(&time, 0, sizeof time);
  time.type = vpiSimTime;
  time.low = 500;
  other.reason = cbAfterDelay;
  other.cb_rtn = never;
  other.time = &time;
  gone = vpi_register_cb(&other);
  say("removed", vpi_remove_cb(gone));
  say("arguments", vpi_get_vlog_info(&info) && info.argc == 2 && strcmp(info.argv[1], "+odd") == 0);
  return 0;
}

static void register_all(void) {
  s_cb_data data;
  memset(&data, 0, sizeof data);
  data.reason = cbStartOfSimulation;
  data.cb_rtn = start;
  vpi_register_cb(&data);
  data.reason = cbEndOfSimulation;
  data.cb_rtn = end;
  vpi_register_cb(&data);
}

void (*vlog_startup_routines[])(void) = {register_all, NULL};
