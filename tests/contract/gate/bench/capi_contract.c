#include "capi_contract.h"

#include <string.h>

#include "heddle_gate.h"

#define TEXT_OF(line) #line
#define LINE_TEXT(line) TEXT_OF(line)
/* Leaks the simulation of a test that fails, which ends the program. */
#define HOLDS(condition) \
  if (!(condition)) return "line " LINE_TEXT(__LINE__) ": " #condition

enum { kSeenMax = 64 };

/* What a callback saw, and what it is to do. */
struct seen {
  heddle_gate_net* net;
  int count;
  int64_t times[kSeenMax];
  uint64_t edges[kSeenMax];
  uint64_t values[kSeenMax];
  int stop_at; /* the call at which it asks the run to come back; 0: never */
  uint64_t cancels;
};

static void note(void* user, heddle_gate* sim) {
  struct seen* seen = (struct seen*)user;
  if (seen->count < kSeenMax) {
    seen->times[seen->count] = heddle_gate_time_ps(sim);
    seen->edges[seen->count] = heddle_gate_edge(sim);
    if (seen->net != NULL) {
      (void)heddle_gate_read(sim, seen->net, &seen->values[seen->count], NULL);
    }
  }
  ++seen->count;
  if (seen->count == seen->stop_at) heddle_gate_stop_run(sim);
  if (seen->cancels != 0) heddle_gate_cancel(sim, seen->cancels);
}

static heddle_gate* open_or_null(const char* run_file) {
  char error[512];
  static const char* const kForceable[] = {"go", "inner.*"};
  heddle_gate_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.forceable = kForceable;
  options.forceable_count = 2;
  return heddle_gate_open(run_file, &options, error, sizeof error);
}

static uint64_t value_of(heddle_gate* sim, const char* name) {
  uint64_t value = ~(uint64_t)0;
  (void)heddle_gate_read(sim, heddle_gate_find_net(sim, name), &value, NULL);
  return value;
}

const char* capi_refuses_what_is_wrong(const char* run_file) {
  char error[256];
  uint64_t value = 0;
  heddle_gate_options options;
  heddle_gate* sim = NULL;
  HOLDS(heddle_gate_api_version() == HEDDLE_GATE_API_VERSION);
  HOLDS(heddle_gate_open("no/such/file.yaml", NULL, error, sizeof error) == NULL);
  HOLDS(strstr(error, "no/such/file.yaml") != NULL);
  HOLDS(heddle_gate_open("no/such/file.yaml", NULL, error, 4) == NULL);
  HOLDS(strlen(error) == 3);
  HOLDS(heddle_gate_open(NULL, NULL, NULL, 0) == NULL);
  HOLDS(heddle_gate_open_text("clocks: [", ".", NULL, error, sizeof error) == NULL);
  HOLDS(strstr(error, "bench.yaml:1") != NULL);
  memset(&options, 0, sizeof options);
  HOLDS(heddle_gate_open(run_file, &options, error, sizeof error) == NULL);
  HOLDS(strstr(error, "bench.bad-argument") != NULL);
  options.size = sizeof options;
  options.engine = "steam";
  HOLDS(heddle_gate_open(run_file, &options, error, sizeof error) == NULL);
  HOLDS(strstr(error, "steam") != NULL);

  sim = open_or_null(run_file);
  HOLDS(sim != NULL);
  HOLDS(heddle_gate_find_net(sim, "slwo") == NULL);
  HOLDS(strstr(heddle_gate_error(sim), "did you mean 'slow'?") != NULL);
  HOLDS(heddle_gate_find_net(sim, "go[4]") == NULL);
  HOLDS(heddle_gate_find_net(sim, "go[3]") != NULL);
  HOLDS(strcmp(heddle_gate_error(sim), "") == 0);
  HOLDS(heddle_gate_find_net(sim, "go") == heddle_gate_find_net(sim, "go"));
  HOLDS(heddle_gate_net_width(heddle_gate_find_net(sim, "go[2:1]")) == 2);
  HOLDS(strcmp(heddle_gate_net_name(heddle_gate_find_net(sim, "slow")), "slow") == 0);
  HOLDS(heddle_gate_write(sim, heddle_gate_find_net(sim, "done"), &value) == HEDDLE_GATE_ERROR);
  HOLDS(strstr(heddle_gate_error(sim), "bench.not-writable") != NULL);
  HOLDS(heddle_gate_force(sim, heddle_gate_find_net(sim, "done"), &value) == HEDDLE_GATE_ERROR);
  HOLDS(strstr(heddle_gate_error(sim), "bench.not-forceable") != NULL);
  HOLDS(heddle_gate_read(sim, NULL, &value, NULL) == HEDDLE_GATE_ERROR);
  HOLDS(heddle_gate_watch(sim, heddle_gate_find_net(sim, "go"), NULL, NULL) == 0);
  HOLDS(heddle_gate_find_memory(sim, "ram") == NULL);
  HOLDS(heddle_gate_memory_read(sim, heddle_gate_find_memory(sim, "rom"), 4, &value) ==
        HEDDLE_GATE_ERROR);
  HOLDS(heddle_gate_run(NULL, 1, NULL) == HEDDLE_GATE_ERROR);
  heddle_gate_close(sim);
  heddle_gate_close(NULL);
  return NULL;
}

const char* capi_calls_back_at_every_change_and_at_no_other_edge(const char* run_file) {
  heddle_gate* sim = open_or_null(run_file);
  heddle_gate_stop stop = HEDDLE_GATE_STOP_END;
  struct seen seen;
  struct seen twin;
  uint64_t id = 0;
  int k = 0;
  memset(&seen, 0, sizeof seen);
  memset(&twin, 0, sizeof twin);
  HOLDS(sim != NULL);
  seen.net = heddle_gate_find_net(sim, "slow");
  id = heddle_gate_watch(sim, seen.net, note, &seen);
  HOLDS(id != 0);
  HOLDS(heddle_gate_run_until(sim, 1000000, &stop) == HEDDLE_GATE_OK);
  HOLDS(stop == HEDDLE_GATE_STOP_DONE);
  HOLDS(heddle_gate_time_ps(sim) == 1000000);
  /* slow inverts at every rising clk2, from 0. */
  HOLDS(seen.count == (1000000 - 7000) / 61034 + 1);
  for (k = 0; k < seen.count; ++k) {
    HOLDS(seen.times[k] == 7000 + (int64_t)k * 61034);
    HOLDS(seen.values[k] == (uint64_t)(k + 1) % 2);
  }
  /* A second watch of another net, made late, and the first taken back. */
  twin.net = heddle_gate_find_net(sim, "inner.slow_next");
  HOLDS(heddle_gate_watch(sim, twin.net, note, &twin) != 0);
  heddle_gate_cancel(sim, id);
  heddle_gate_cancel(sim, id);
  HOLDS(heddle_gate_run_until(sim, 1200000, NULL) == HEDDLE_GATE_OK);
  HOLDS(seen.count == (1000000 - 7000) / 61034 + 1);
  HOLDS(twin.count == (1200000 - 7000) / 61034 - (1000000 - 7000) / 61034);
  HOLDS(twin.times[0] == 7000 + (int64_t)seen.count * 61034);
  heddle_gate_close(sim);
  return NULL;
}

const char* capi_writes_inputs_flops_and_memories_at_once(const char* run_file) {
  heddle_gate* sim = open_or_null(run_file);
  heddle_gate_memory* rom = NULL;
  struct seen seen;
  uint64_t value = 9;
  memset(&seen, 0, sizeof seen);
  HOLDS(sim != NULL);
  /* Past the reset: twenty rising edges of clk. */
  HOLDS(heddle_gate_run_until(sim, 500000, NULL) == HEDDLE_GATE_OK);
  seen.net = heddle_gate_find_net(sim, "done");
  HOLDS(heddle_gate_watch(sim, seen.net, note, &seen) != 0);
  HOLDS(heddle_gate_write(sim, heddle_gate_find_net(sim, "gi"), &value) == HEDDLE_GATE_OK);
  HOLDS(value_of(sim, "gi") == 9 && value_of(sim, "go") == 0);
  HOLDS(heddle_gate_run_until(sim, 530000, NULL) == HEDDLE_GATE_OK);
  /* go takes gi at the rising clk at 520000, and done is go[0] & go[3]. */
  HOLDS(value_of(sim, "go") == 9);
  HOLDS(seen.count == 1 && seen.times[0] == 520000 && seen.values[0] == 1);
  /* A deposit in a flop shows at once in the logic behind it. */
  value = 0;
  HOLDS(heddle_gate_write(sim, heddle_gate_find_net(sim, "go[3]"), &value) == HEDDLE_GATE_OK);
  HOLDS(value_of(sim, "done") == 0 && value_of(sim, "go") == 1);
  rom = heddle_gate_find_memory(sim, "rom");
  HOLDS(rom != NULL && heddle_gate_memory_depth(rom) == 4 && heddle_gate_memory_width(rom) == 8);
  value = 0x15A; /* bits past the width do not count */
  HOLDS(heddle_gate_memory_write(sim, rom, 1, &value) == HEDDLE_GATE_OK);
  HOLDS(heddle_gate_memory_read(sim, rom, 1, &value) == HEDDLE_GATE_OK && value == 0x5A);
  /* data is word gi[1:0] of the memory, and gi is 9. */
  HOLDS(value_of(sim, "data") == 0x5A);
  heddle_gate_close(sim);
  return NULL;
}

const char* capi_forces_and_releases(const char* run_file) {
  heddle_gate* sim = open_or_null(run_file);
  heddle_gate_net* go = NULL;
  heddle_gate_net* next = NULL;
  uint64_t value = 0xF;
  HOLDS(sim != NULL);
  HOLDS(heddle_gate_run_until(sim, 500000, NULL) == HEDDLE_GATE_OK);
  go = heddle_gate_find_net(sim, "go");
  next = heddle_gate_find_net(sim, "inner.slow_next");
  HOLDS(value_of(sim, "done") == 0);
  HOLDS(heddle_gate_force(sim, go, &value) == HEDDLE_GATE_OK);
  HOLDS(value_of(sim, "go") == 0xF && value_of(sim, "done") == 1);
  HOLDS(heddle_gate_run(sim, 40, NULL) == HEDDLE_GATE_OK);
  HOLDS(value_of(sim, "done") == 1);
  HOLDS(heddle_gate_release(sim, go) == HEDDLE_GATE_OK);
  HOLDS(value_of(sim, "go") == 0 && value_of(sim, "done") == 0);
  value = 1;
  HOLDS(heddle_gate_force(sim, next, &value) == HEDDLE_GATE_OK);
  HOLDS(heddle_gate_run_until(sim, heddle_gate_time_ps(sim) + 61034, NULL) == HEDDLE_GATE_OK);
  HOLDS(value_of(sim, "slow") == 1);
  HOLDS(heddle_gate_run_until(sim, heddle_gate_time_ps(sim) + 61034, NULL) == HEDDLE_GATE_OK);
  HOLDS(value_of(sim, "slow") == 1);
  heddle_gate_close(sim);
  return NULL;
}

const char* capi_fires_deadlines_exactly(const char* run_file) {
  heddle_gate* sim = open_or_null(run_file);
  struct seen edge;
  struct seen between;
  struct seen on;
  memset(&edge, 0, sizeof edge);
  memset(&between, 0, sizeof between);
  memset(&on, 0, sizeof on);
  HOLDS(sim != NULL);
  on.net = heddle_gate_find_net(sim, "clk");
  HOLDS(heddle_gate_at_edge(sim, 1234, note, &edge) != 0);
  HOLDS(heddle_gate_at_time(sim, 123456, note, &between) != 0);
  /* clk rises at 40000: at that instant, before its edge, it is still low. */
  HOLDS(heddle_gate_at_time(sim, 40000, note, &on) != 0);
  HOLDS(heddle_gate_run(sim, 5000, NULL) == HEDDLE_GATE_OK);
  HOLDS(heddle_gate_edge(sim) == 5000);
  HOLDS(edge.count == 1 && edge.edges[0] == 1234);
  HOLDS(between.count == 1 && between.times[0] == 123456);
  HOLDS(on.count == 1 && on.times[0] == 40000 && on.values[0] == 0);
  /* One that has passed fires when the next run begins. */
  HOLDS(heddle_gate_at_edge(sim, 10, note, &edge) != 0);
  HOLDS(heddle_gate_run(sim, 1, NULL) == HEDDLE_GATE_OK);
  HOLDS(edge.count == 2 && edge.edges[1] == 5000);
  heddle_gate_close(sim);
  return NULL;
}

const char* capi_goes_back_to_a_checkpoint(const char* run_file) {
  heddle_gate* sim = open_or_null(run_file);
  heddle_gate_checkpoint* saved = NULL;
  struct seen seen;
  int first = 0;
  int i = 0;
  memset(&seen, 0, sizeof seen);
  HOLDS(sim != NULL);
  seen.net = heddle_gate_find_net(sim, "slow");
  HOLDS(heddle_gate_watch(sim, seen.net, note, &seen) != 0);
  HOLDS(heddle_gate_run(sim, 77, NULL) == HEDDLE_GATE_OK);
  saved = heddle_gate_save(sim);
  HOLDS(saved != NULL);
  seen.count = 0;
  HOLDS(heddle_gate_run(sim, 50, NULL) == HEDDLE_GATE_OK);
  first = seen.count;
  HOLDS(first > 2);
  HOLDS(heddle_gate_restore(sim, saved) == HEDDLE_GATE_OK);
  HOLDS(heddle_gate_edge(sim) == 77);
  HOLDS(heddle_gate_run(sim, 50, NULL) == HEDDLE_GATE_OK);
  HOLDS(seen.count == 2 * first);
  for (i = 0; i < first; ++i) {
    HOLDS(seen.times[first + i] == seen.times[i] && seen.values[first + i] == seen.values[i]);
  }
  heddle_gate_checkpoint_free(saved);
  heddle_gate_checkpoint_free(NULL);
  heddle_gate_close(sim);
  return NULL;
}

const char* capi_keeps_batches_long(const char* run_file) {
  heddle_gate* sim = open_or_null(run_file);
  heddle_gate_telemetry told;
  struct seen seen;
  const uint64_t edges = 200000;
  memset(&seen, 0, sizeof seen);
  HOLDS(sim != NULL);
  /* A net that never changes, and one deadline: a batch more than without. */
  HOLDS(heddle_gate_watch(sim, heddle_gate_find_net(sim, "done"), note, &seen) != 0);
  HOLDS(heddle_gate_at_edge(sim, 100001, note, &seen) != 0);
  HOLDS(heddle_gate_run(sim, edges, NULL) == HEDDLE_GATE_OK);
  heddle_gate_get_telemetry(sim, &told);
  HOLDS(told.edges == edges && told.callbacks == 1 && told.watch_stops == 0);
  HOLDS(told.largest_batch == 4096);
  HOLDS(told.batches <= (edges + 4095) / 4096 + 1);
  heddle_gate_close(sim);
  return NULL;
}

const char* capi_stops_where_it_is_asked_to(const char* run_file) {
  heddle_gate* sim = open_or_null(run_file);
  heddle_gate_stop stop = HEDDLE_GATE_STOP_DONE;
  struct seen seen;
  memset(&seen, 0, sizeof seen);
  HOLDS(sim != NULL);
  seen.stop_at = 3;
  HOLDS(heddle_gate_watch(sim, heddle_gate_find_net(sim, "slow"), note, &seen) != 0);
  HOLDS(heddle_gate_run(sim, 100000, &stop) == HEDDLE_GATE_OK);
  HOLDS(stop == HEDDLE_GATE_STOP_ASKED && heddle_gate_time_ps(sim) == 7000 + 2 * 61034);
  HOLDS(heddle_gate_run_until(sim, 7000 + 3 * 61034, &stop) == HEDDLE_GATE_OK);
  HOLDS(stop == HEDDLE_GATE_STOP_DONE && seen.count == 4);
  heddle_gate_close(sim);
  return NULL;
}
