/* A test bench in C: runs a run file for some edges, prints every change of one net,
 * and says how long the batches were.
 *
 *   c_bench run.yaml NET EDGES
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "heddle_gate.h"

static void changed(void* user, heddle_gate* sim) {
  const heddle_gate_net* net = user;
  uint64_t value = 0;
  if (heddle_gate_read(sim, net, &value, NULL) == HEDDLE_GATE_OK) {
    printf("%12" PRId64 " ps  %s = 0x%" PRIx64 "\n", heddle_gate_time_ps(sim),
           heddle_gate_net_name(net), value);
  }
}

int main(int argc, char** argv) {
  char error[1024];
  heddle_gate_telemetry told;
  int status = EXIT_FAILURE;
  if (argc != 4) {
    fputs("usage: c_bench run.yaml NET EDGES\n", stderr);
    return EXIT_FAILURE;
  }
  heddle_gate* sim = heddle_gate_open(argv[1], NULL, error, sizeof error);
  if (sim == NULL) {
    fprintf(stderr, "%s\n", error);
    return EXIT_FAILURE;
  }
  heddle_gate_net* net = heddle_gate_find_net(sim, argv[2]);
  if (net == NULL || heddle_gate_net_width(net) > 64 ||
      heddle_gate_watch(sim, net, changed, net) == 0 ||
      heddle_gate_run(sim, strtoull(argv[3], NULL, 10), NULL) != HEDDLE_GATE_OK) {
    fprintf(stderr, "%s\n", heddle_gate_error(sim));
  } else {
    heddle_gate_get_telemetry(sim, &told);
    printf("%" PRIu64 " edges in %" PRIu64 " batches, %" PRIu64 " callbacks\n", told.edges,
           told.batches, told.callbacks);
    status = EXIT_SUCCESS;
  }
  heddle_gate_close(sim);
  return status;
}
