/* Prints every change of the counter's outputs, in several formats. */
#include <stdlib.h>

#include "find.h"

static s_vpi_time change_time = {vpiSimTime, 0, 0, 0};
static s_vpi_value as_hex = {vpiHexStrVal, {0}};
static s_vpi_value as_scalar = {vpiScalarVal, {0}};

static PLI_INT32 q_changed(p_cb_data data) {
  s_vpi_value number;
  s_vpi_value bits;
  s_vpi_value text;
  number.format = vpiIntVal;
  vpi_get_value(data->obj, &number);
  vpi_printf("%7u q = %s = %d", data->time->low, data->value->value.str, number.value.integer);
  bits.format = vpiVectorVal;
  vpi_get_value(data->obj, &bits);
  text.format = vpiBinStrVal;
  vpi_printf(" = 0x%x, x 0x%x", bits.value.vector[0].aval, bits.value.vector[0].bval);
  vpi_get_value(data->obj, &text);
  vpi_printf(" = %s", text.value.str);
  text.format = vpiOctStrVal;
  vpi_get_value(data->obj, &text);
  vpi_printf(" = %s", text.value.str);
  text.format = vpiDecStrVal;
  vpi_get_value(data->obj, &text);
  vpi_printf(" = %s\n", text.value.str);
  return 0;
}

/* A simulator may call although a force hides the change. */
static PLI_INT32 wrap_changed(p_cb_data data) {
  static int last = -1;
  if (data->value->value.scalar == last) return 0;
  last = data->value->value.scalar;
  vpi_printf("%7u wrap = %d\n", data->time->low, last);
  return 0;
}

static void watch(const char* name, p_vpi_value value, PLI_INT32 (*routine)(p_cb_data)) {
  s_cb_data data;
  memset(&data, 0, sizeof data);
  data.reason = cbValueChange;
  data.cb_rtn = routine;
  data.obj = vpi_handle_by_name(name, find_scope("counter"));
  data.time = &change_time;
  data.value = value;
  vpi_register_cb(&data);
}

/* Once initial values are there: what vvp reports of them is not the design's doing. */
static PLI_INT32 begin(p_cb_data data) {
  (void)data;
  watch("q", &as_hex, q_changed);
  watch("wrap", &as_scalar, wrap_changed);
  return 0;
}

static PLI_INT32 next_moment(p_cb_data data) {
  (void)data;
  vpi_printf("%7llu something happens\n", now());
  return 0;
}

/* Asks at four moments between edges what comes next. */
static PLI_INT32 ask(p_cb_data data) {
  static int times = 0;
  (void)data;
  call_back(cbNextSimTime, 0, next_moment);
  if (++times < 4) call_back(cbAfterDelay, 17300, ask);
  return 0;
}

static int by_name(const void* a, const void* b) {
  return strcmp(*(char* const*)a, *(char* const*)b);
}

/* Names and widths of all nets and registers, which a netlist does not tell apart. */
static PLI_INT32 start(p_cb_data data) {
  static const PLI_INT32 kTypes[] = {vpiNet, vpiReg};
  char* names[32];
  int count = 0;
  int i = 0;
  vpiHandle scope = find_scope("counter");
  (void)data;
  for (i = 0; i < 2; ++i) {
    vpiHandle one = NULL;
    vpiHandle all = vpi_iterate(kTypes[i], scope);
    while (all != NULL && (one = vpi_scan(all)) != NULL && count < 32) {
      names[count++] = strdup(vpi_get_str(vpiName, one));
    }
  }
  qsort(names, (size_t)count, sizeof names[0], by_name);
  for (i = 0; i < count; ++i) {
    vpiHandle net = vpi_handle_by_name(names[i], scope);
    vpi_printf("%s: %d bits\n", names[i], vpi_get(vpiSize, net));
    free(names[i]);
  }
  vpi_printf("precision 1e%d s\n", vpi_get(vpiTimePrecision, NULL));
  call_back(cbAfterDelay, 1, begin);
  call_back(cbAfterDelay, 2300, ask);
  return 0;
}

static PLI_INT32 end(p_cb_data data) {
  (void)data;
  vpi_printf("%7llu the end\n", now());
  return 0;
}

static void register_monitor(void) {
  call_back(cbStartOfSimulation, 0, start);
  call_back(cbEndOfSimulation, 0, end);
}

void (*vlog_startup_routines[])(void) = {register_monitor, NULL};
