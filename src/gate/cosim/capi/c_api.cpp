// The C interface over `Simulation`: handles, words for bits, texts for errors, and
// no exception past this file.
#include <algorithm>
#include <cstring>
#include <new>

#include "gate/cosim/capi/simulation.h"
#include "heddle/base/file.h"
#include "heddle/gate/bench_diagnostics.h"
#include "heddle/gate/cosim_diagnostics.h"
#include "heddle_gate.h"

using heddle::Diagnostics;
using heddle::fail;
using heddle::Failure;
using heddle::Result;
using heddle::Status;
using heddle::gate::Checkpoint;
using heddle::gate::Memory;
using heddle::gate::Simulation;
using heddle::gate::SimulationNet;
using heddle::gate::SimulationOptions;
namespace diag = heddle::gate::bench::diag;

struct heddle_gate {
  std::unique_ptr<Simulation> simulation;
  std::map<const SimulationNet*, std::unique_ptr<heddle_gate_net>> nets;
  std::map<std::uint32_t, std::unique_ptr<heddle_gate_memory>> memories;
  std::string error;
};

struct heddle_gate_net {
  const SimulationNet* net = nullptr;
};

struct heddle_gate_memory {
  std::uint32_t index = 0;
  std::uint64_t depth = 0;
  std::uint32_t width = 0;
  std::uint32_t words_per_row = 0;
};

struct heddle_gate_checkpoint {
  Checkpoint checkpoint;
  std::int64_t time_ps = 0;
};

namespace {

constexpr std::size_t kWordBits = 64;

Failure bad_argument(std::string_view what) {
  return fail(diag::kBadArgument, {}, {what});
}

/// Runs `body`, which gives a `Result`, and keeps the text of what went wrong.
/// Exceptions end here: what the library throws is want of memory.
template <class Body>
auto guarded(std::string& error, const Body& body) -> decltype(body()) {
  try {
    auto result = body();
    error = result ? "" : result.error().to_string();
    return result;
  } catch (const std::bad_alloc&) {
    return fail(diag::kBadArgument, {}, {"there is no memory left"});
  }
}

template <class Body>
int status_of(heddle_gate* sim, const Body& body) {
  if (sim == nullptr) return HEDDLE_GATE_ERROR;
  return guarded(sim->error, body) ? HEDDLE_GATE_OK : HEDDLE_GATE_ERROR;
}

std::vector<bool> bits_of(const std::uint64_t* words, std::size_t count) {
  std::vector<bool> bits(count);
  for (std::size_t i = 0; i < count; ++i) {
    bits[i] = (words[i / kWordBits] >> (i % kWordBits) & 1U) != 0;
  }
  return bits;
}

Result<SimulationOptions> read_options(const heddle_gate_options* given) {
  SimulationOptions options;
  if (given == nullptr) return options;
  if (given->size != sizeof(heddle_gate_options)) {
    return bad_argument("heddle_gate_options::size is not that of the library's version");
  }
  if (given->batch_edges > heddle::gate::EdgeWindow::kEdgesMax) {
    return bad_argument("batch_edges is more than 65536");
  }
  options.batch_edges = given->batch_edges;
  if (given->engine != nullptr) options.engine = given->engine;
  if (given->cache_directory != nullptr) options.cache_directory = given->cache_directory;
  for (std::size_t i = 0; i < given->forceable_count; ++i) {
    options.forceable.emplace_back(given->forceable[i]);
  }
  return options;
}

template <class ReadRunFile>
heddle_gate* open_run(const ReadRunFile& read, const heddle_gate_options* given, char* error,
                      std::size_t error_size) {
  std::string text;
  auto sim = guarded(text, [&]() -> Result<std::unique_ptr<heddle_gate>> {
    HEDDLE_TRY(const SimulationOptions options, read_options(given));
    HEDDLE_TRY(auto run, read());
    auto made = std::make_unique<heddle_gate>();
    HEDDLE_TRY(made->simulation, Simulation::open(std::move(run), options));
    return made;
  });
  if (error != nullptr && error_size > 0) {
    const std::size_t length = std::min(text.size(), error_size - 1);
    std::memcpy(error, text.data(), length);
    error[length] = '\0';
  }
  return sim ? sim->release() : nullptr;
}

int run(heddle_gate* sim, std::uint64_t end_edge, std::int64_t last_ps, heddle_gate_stop* stop) {
  return status_of(sim, [&]() -> Status {
    HEDDLE_TRY(const Simulation::Stop why, sim->simulation->run_to(end_edge, last_ps));
    if (stop == nullptr) return {};
    switch (why) {
      case Simulation::Stop::Done: *stop = HEDDLE_GATE_STOP_DONE; break;
      case Simulation::Stop::Asked: *stop = HEDDLE_GATE_STOP_ASKED; break;
      case Simulation::Stop::End: *stop = HEDDLE_GATE_STOP_END; break;
    }
    return {};
  });
}

/// Registers something that calls back; its id, or 0.
template <class Register>
std::uint64_t id_of(heddle_gate* sim, heddle_gate_callback callback, void* user,
                    const Register& add) {
  if (sim == nullptr) return 0;
  const auto id = guarded(sim->error, [&]() -> Result<std::uint64_t> {
    if (callback == nullptr) return bad_argument("the callback is NULL");
    return add([=] { callback(user, sim); });
  });
  return id ? *id : 0;
}

}  // namespace

extern "C" {

uint32_t heddle_gate_api_version(void) {
  return HEDDLE_GATE_API_VERSION;
}

heddle_gate* heddle_gate_open(const char* run_file, const heddle_gate_options* options, char* error,
                              size_t error_size) {
  return open_run(
      [&]() -> Result<heddle::gate::RunFile> {
        if (run_file == nullptr) return bad_argument("the run file is NULL");
        return heddle::gate::load_run_file(run_file);
      },
      options, error, error_size);
}

heddle_gate* heddle_gate_open_text(const char* text, const char* directory,
                                   const heddle_gate_options* options, char* error,
                                   size_t error_size) {
  return open_run(
      [&]() -> Result<heddle::gate::RunFile> {
        if (text == nullptr) return bad_argument("the text is NULL");
        const std::string path = directory == nullptr ? "" : directory;
        return heddle::gate::read_run_file(text, heddle::join_path(path, "bench.yaml"));
      },
      options, error, error_size);
}

void heddle_gate_close(heddle_gate* sim) {
  delete sim;
}

const char* heddle_gate_error(const heddle_gate* sim) {
  return sim == nullptr ? "there is no simulation" : sim->error.c_str();
}

uint64_t heddle_gate_edge(const heddle_gate* sim) {
  return sim == nullptr ? 0 : sim->simulation->edge();
}

int64_t heddle_gate_time_ps(const heddle_gate* sim) {
  return sim == nullptr ? 0 : sim->simulation->time_ps();
}

heddle_gate_net* heddle_gate_find_net(heddle_gate* sim, const char* name) {
  if (sim == nullptr) return nullptr;
  const auto net = guarded(sim->error, [&]() -> Result<heddle_gate_net*> {
    if (name == nullptr) return bad_argument("the name is NULL");
    HEDDLE_TRY(const SimulationNet* found, sim->simulation->find_net(name));
    std::unique_ptr<heddle_gate_net>& handle = sim->nets[found];
    if (handle == nullptr) handle = std::make_unique<heddle_gate_net>(heddle_gate_net{found});
    return handle.get();
  });
  return net ? *net : nullptr;
}

const char* heddle_gate_net_name(const heddle_gate_net* net) {
  return net->net->name.c_str();
}

uint32_t heddle_gate_net_width(const heddle_gate_net* net) {
  return static_cast<uint32_t>(net->net->bits.size());
}

int heddle_gate_read(heddle_gate* sim, const heddle_gate_net* net, uint64_t* value,
                     uint64_t* unknown) {
  return status_of(sim, [&]() -> Status {
    if (net == nullptr || value == nullptr) return bad_argument("the net or the value is NULL");
    const std::vector<heddle::gate::Lit>& bits = net->net->bits;
    const std::size_t words = (bits.size() + kWordBits - 1) / kWordBits;
    std::fill_n(value, words, 0);
    if (unknown != nullptr) std::fill_n(unknown, words, 0);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      const std::uint64_t mask = std::uint64_t{1} << (i % kWordBits);
      if (sim->simulation->value(bits[i])) value[i / kWordBits] |= mask;
      if (unknown != nullptr && sim->simulation->is_x(bits[i])) unknown[i / kWordBits] |= mask;
    }
    return {};
  });
}

int heddle_gate_write(heddle_gate* sim, const heddle_gate_net* net, const uint64_t* value) {
  return status_of(sim, [&]() -> Status {
    if (net == nullptr || value == nullptr) return bad_argument("the net or the value is NULL");
    return sim->simulation->write(*net->net, bits_of(value, net->net->bits.size()));
  });
}

int heddle_gate_force(heddle_gate* sim, const heddle_gate_net* net, const uint64_t* value) {
  return status_of(sim, [&]() -> Status {
    if (net == nullptr || value == nullptr) return bad_argument("the net or the value is NULL");
    return sim->simulation->force(*net->net, bits_of(value, net->net->bits.size()));
  });
}

int heddle_gate_release(heddle_gate* sim, const heddle_gate_net* net) {
  return status_of(sim, [&]() -> Status {
    if (net == nullptr) return bad_argument("the net is NULL");
    return sim->simulation->release(*net->net);
  });
}

uint64_t heddle_gate_watch(heddle_gate* sim, const heddle_gate_net* net,
                           heddle_gate_callback callback, void* user) {
  return id_of(sim, callback, user, [&](Simulation::Callback call) -> Result<std::uint64_t> {
    if (net == nullptr) return bad_argument("the net is NULL");
    return sim->simulation->watch(*net->net, std::move(call));
  });
}

uint64_t heddle_gate_at_edge(heddle_gate* sim, uint64_t edge, heddle_gate_callback callback,
                             void* user) {
  return id_of(sim, callback, user, [&](Simulation::Callback call) -> Result<std::uint64_t> {
    return sim->simulation->at_edge(edge, std::move(call));
  });
}

uint64_t heddle_gate_at_time(heddle_gate* sim, int64_t time_ps, heddle_gate_callback callback,
                             void* user) {
  return id_of(sim, callback, user, [&](Simulation::Callback call) -> Result<std::uint64_t> {
    if (time_ps < 0) return bad_argument("the time is negative");
    return sim->simulation->at_time(time_ps, std::move(call));
  });
}

void heddle_gate_cancel(heddle_gate* sim, uint64_t id) {
  if (sim != nullptr) sim->simulation->cancel(id);
}

int heddle_gate_run(heddle_gate* sim, uint64_t edges, heddle_gate_stop* stop) {
  if (sim == nullptr) return HEDDLE_GATE_ERROR;
  const std::uint64_t now = sim->simulation->edge();
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max() - now;
  // A deadline may be at any instant, so the last one is one less than the greatest.
  return run(sim, now + std::min(edges, most), std::numeric_limits<std::int64_t>::max() - 1, stop);
}

int heddle_gate_run_until(heddle_gate* sim, int64_t time_ps, heddle_gate_stop* stop) {
  const std::int64_t last = std::min(time_ps, std::numeric_limits<std::int64_t>::max() - 1);
  return run(sim, std::numeric_limits<std::uint64_t>::max(), last, stop);
}

void heddle_gate_stop_run(heddle_gate* sim) {
  if (sim != nullptr) sim->simulation->stop_run();
}

heddle_gate_memory* heddle_gate_find_memory(heddle_gate* sim, const char* name) {
  if (sim == nullptr) return nullptr;
  const auto memory = guarded(sim->error, [&]() -> Result<heddle_gate_memory*> {
    if (name == nullptr) return bad_argument("the name is NULL");
    const std::vector<Memory>& all = sim->simulation->model().memories;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Memory& one) { return one.name == name; });
    if (found == all.end()) {
      return fail(heddle::gate::cosim::diag::kUnknownMemory, {}, {name, ""});
    }
    const auto index = static_cast<std::uint32_t>(found - all.begin());
    std::unique_ptr<heddle_gate_memory>& handle = sim->memories[index];
    if (handle == nullptr) {
      handle = std::make_unique<heddle_gate_memory>(
          heddle_gate_memory{index, found->depth, found->width, found->words_per_row()});
    }
    return handle.get();
  });
  return memory ? *memory : nullptr;
}

uint64_t heddle_gate_memory_depth(const heddle_gate_memory* memory) {
  return memory->depth;
}

uint32_t heddle_gate_memory_width(const heddle_gate_memory* memory) {
  return memory->width;
}

int heddle_gate_memory_read(heddle_gate* sim, const heddle_gate_memory* memory, uint64_t row,
                            uint64_t* words) {
  return status_of(sim, [&]() -> Status {
    if (memory == nullptr || words == nullptr) return bad_argument("the memory or the row is NULL");
    if (row >= memory->depth) return bad_argument("the memory has no such row");
    const auto all = sim->simulation->memory(memory->index);
    const auto one = all.subspan(row * memory->words_per_row, memory->words_per_row);
    std::copy(one.begin(), one.end(), words);
    return {};
  });
}

int heddle_gate_memory_write(heddle_gate* sim, const heddle_gate_memory* memory, uint64_t row,
                             const uint64_t* words) {
  return status_of(sim, [&]() -> Status {
    if (memory == nullptr || words == nullptr) return bad_argument("the memory or the row is NULL");
    if (row >= memory->depth) return bad_argument("the memory has no such row");
    std::vector<std::uint64_t> clean(words, words + memory->words_per_row);
    const std::uint32_t used = memory->width % kWordBits;
    if (used != 0) clean.back() &= (std::uint64_t{1} << used) - 1;
    sim->simulation->write_row(memory->index, row, clean);
    return {};
  });
}

heddle_gate_checkpoint* heddle_gate_save(heddle_gate* sim) {
  if (sim == nullptr) return nullptr;
  const auto saved = guarded(sim->error, [&]() -> Result<heddle_gate_checkpoint*> {
    return new heddle_gate_checkpoint{sim->simulation->save(), sim->simulation->time_ps()};
  });
  return saved ? *saved : nullptr;
}

int heddle_gate_restore(heddle_gate* sim, const heddle_gate_checkpoint* checkpoint) {
  return status_of(sim, [&]() -> Status {
    if (checkpoint == nullptr) return bad_argument("the checkpoint is NULL");
    return sim->simulation->restore(checkpoint->checkpoint, checkpoint->time_ps);
  });
}

void heddle_gate_checkpoint_free(heddle_gate_checkpoint* checkpoint) {
  delete checkpoint;
}

void heddle_gate_get_telemetry(const heddle_gate* sim, heddle_gate_telemetry* telemetry) {
  const Simulation::Telemetry& from = sim->simulation->telemetry();
  *telemetry = {from.edges, from.batches, from.largest, from.watch_stops, from.callbacks};
}

}  // extern "C"
