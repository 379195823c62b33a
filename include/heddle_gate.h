/* The C interface of gate-level simulation: a test bench in C, or in anything that
 * calls C, reads and drives a netlist while it runs in long batches.
 *
 * Functions that may fail return HEDDLE_GATE_OK or HEDDLE_GATE_ERROR, or NULL or 0;
 * heddle_gate_error then tells why. Callbacks come when a watched net has changed or
 * a deadline is reached, never by themselves at every edge. No exception passes and
 * nothing is printed.
 *
 * Threads: a simulation belongs to one thread at a time; two simulations never touch.
 * Numbers of many bits are arrays of 64-bit words, bit 0 of a net in bit 0 of word 0.
 * docs/guides/c-interface.md has an example. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Raised when a program that was compiled against an older header no longer works. */
#define HEDDLE_GATE_API_VERSION 1
/** The version of the library; equal to HEDDLE_GATE_API_VERSION where they fit. */
uint32_t heddle_gate_api_version(void);

#define HEDDLE_GATE_OK 0
#define HEDDLE_GATE_ERROR 1

/** A simulation, a net of it, a memory of it, its state at one moment. Nets and
 * memories live as long as their simulation. */
typedef struct heddle_gate heddle_gate;
typedef struct heddle_gate_net heddle_gate_net;
typedef struct heddle_gate_memory heddle_gate_memory;
typedef struct heddle_gate_checkpoint heddle_gate_checkpoint;

/** How to run. Zeros, and NULL for all of it, are the defaults. */
typedef struct heddle_gate_options {
  uint32_t size;                /**< sizeof(heddle_gate_options) */
  uint32_t batch_edges;         /**< edges run at once, 1 to 65536; 0: as the run file says */
  const char* engine;           /**< NULL: as the run file says */
  const char* cache_directory;  /**< of compiled netlists; NULL: none */
  const char* const* forceable; /**< nets or globs beside the run file's `forceable` */
  size_t forceable_count;
} heddle_gate_options;

/** Opens a run file (docs/guides/gate-run-file.md). Its clocks, reset, peripherals and
 * events work as ever; what it says of waves and expectations does not count here.
 * Without a stop condition the bench says how far it runs. NULL on failure, with the
 * diagnostics in `error`, cut at `error_size`; `error` may be NULL. */
heddle_gate* heddle_gate_open(const char* run_file, const heddle_gate_options* options, char* error,
                              size_t error_size);
/** The same from the text of a run file; relative paths count from `directory`. */
heddle_gate* heddle_gate_open_text(const char* text, const char* directory,
                                   const heddle_gate_options* options, char* error,
                                   size_t error_size);
/** Ends a simulation and all its handles. NULL is nothing. Not from a callback. */
void heddle_gate_close(heddle_gate* sim);
/** Why the last call on this simulation failed; valid until the next call. */
const char* heddle_gate_error(const heddle_gate* sim);

/** Edges that were run, and the time of the last, or of the deadline that fires. */
uint64_t heddle_gate_edge(const heddle_gate* sim);
int64_t heddle_gate_time_ps(const heddle_gate* sim);

/** A net by its full name: a bus, one bit `bus[3]`, or some, `bus[5:2]`. NULL: none. */
heddle_gate_net* heddle_gate_find_net(heddle_gate* sim, const char* name);
const char* heddle_gate_net_name(const heddle_gate_net* net);
uint32_t heddle_gate_net_width(const heddle_gate_net* net);
/** What the net is now: (width + 63) / 64 words. `unknown` gets its x bits, or is NULL. */
int heddle_gate_read(heddle_gate* sim, const heddle_gate_net* net, uint64_t* value,
                     uint64_t* unknown);
/** Sets an input of the design, or deposits in a flop or latch, at once; what follows
 * from it settles before this returns. Other nets can be forced only. An input that a
 * clock or a peripheral drives keeps the value until that changes it. */
int heddle_gate_write(heddle_gate* sim, const heddle_gate_net* net, const uint64_t* value);
/** Holds a net that was declared forceable at a value, until it is released. */
int heddle_gate_force(heddle_gate* sim, const heddle_gate_net* net, const uint64_t* value);
int heddle_gate_release(heddle_gate* sim, const heddle_gate_net* net);

/** Called between two edges. It may call everything but heddle_gate_run,
 * heddle_gate_run_until, heddle_gate_restore and heddle_gate_close. */
typedef void (*heddle_gate_callback)(void* user, heddle_gate* sim);
/** Calls back after every edge at which the net changed. Returns an id, 0 on failure. */
uint64_t heddle_gate_watch(heddle_gate* sim, const heddle_gate_net* net,
                           heddle_gate_callback callback, void* user);
/** Calls back once: when that many edges have run; at an instant, before its edge. One
 * that has passed fires when the next run begins. */
uint64_t heddle_gate_at_edge(heddle_gate* sim, uint64_t edge, heddle_gate_callback callback,
                             void* user);
uint64_t heddle_gate_at_time(heddle_gate* sim, int64_t time_ps, heddle_gate_callback callback,
                             void* user);
/** Takes a watch or a deadline back; an id that is gone is nothing. */
void heddle_gate_cancel(heddle_gate* sim, uint64_t id);

/** Why a run came back. */
typedef enum heddle_gate_stop {
  HEDDLE_GATE_STOP_DONE = 0,  /**< it ran as far as it was asked to */
  HEDDLE_GATE_STOP_ASKED = 1, /**< a callback called heddle_gate_stop_run */
  HEDDLE_GATE_STOP_END = 2    /**< a stop condition of the run file or the design */
} heddle_gate_stop;
/** Runs that many edges more; or all edges up to and with that instant. */
int heddle_gate_run(heddle_gate* sim, uint64_t edges, heddle_gate_stop* stop);
int heddle_gate_run_until(heddle_gate* sim, int64_t time_ps, heddle_gate_stop* stop);
/** From a callback: the run comes back when the callbacks of this moment are through. */
void heddle_gate_stop_run(heddle_gate* sim);

/** A memory by name; NULL: none. Rows count from 0, (width + 63) / 64 words each. */
heddle_gate_memory* heddle_gate_find_memory(heddle_gate* sim, const char* name);
uint64_t heddle_gate_memory_depth(const heddle_gate_memory* memory);
uint32_t heddle_gate_memory_width(const heddle_gate_memory* memory);
int heddle_gate_memory_read(heddle_gate* sim, const heddle_gate_memory* memory, uint64_t row,
                            uint64_t* words);
/** What reads the row sees it at once. */
int heddle_gate_memory_write(heddle_gate* sim, const heddle_gate_memory* memory, uint64_t row,
                             const uint64_t* words);

/** All of the simulation but watches and deadlines. */
heddle_gate_checkpoint* heddle_gate_save(heddle_gate* sim);
int heddle_gate_restore(heddle_gate* sim, const heddle_gate_checkpoint* checkpoint);
void heddle_gate_checkpoint_free(heddle_gate_checkpoint* checkpoint);

/** How well the run batched. */
typedef struct heddle_gate_telemetry {
  uint64_t edges;
  uint64_t batches;       /**< calls of the engine that ran an edge */
  uint64_t largest_batch; /**< edges */
  uint64_t watch_stops;   /**< batches that a watched change ended */
  uint64_t callbacks;
} heddle_gate_telemetry;
void heddle_gate_get_telemetry(const heddle_gate* sim, heddle_gate_telemetry* telemetry);

#ifdef __cplusplus
}
#endif
