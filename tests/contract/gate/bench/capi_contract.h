/* The contract of the C interface, written and compiled in C. Each function returns
 * NULL, or what does not hold. `run_file` is one for the loop design without
 * peripherals (tests/support/gate_cosim/loop_design.h): clk rises at k x 20000 ps,
 * clk2 at 7000 + k x 61034 ps. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

const char* capi_refuses_what_is_wrong(const char* run_file);
const char* capi_calls_back_at_every_change_and_at_no_other_edge(const char* run_file);
const char* capi_writes_inputs_flops_and_memories_at_once(const char* run_file);
const char* capi_forces_and_releases(const char* run_file);
const char* capi_fires_deadlines_exactly(const char* run_file);
const char* capi_goes_back_to_a_checkpoint(const char* run_file);
const char* capi_keeps_batches_long(const char* run_file);
const char* capi_stops_where_it_is_asked_to(const char* run_file);

#ifdef __cplusplus
}
#endif
