// The workload of workload.h in SystemC: a thread a process, sc_mutex and
// sc_fifo. Prints resumptions, CPU seconds and the digest.
#define SC_INCLUDE_DYNAMIC_PROCESSES
#include <systemc.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr unsigned kProcessCount = 1024;
constexpr unsigned kResourceCount = 64;

double cpu_now() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

SC_MODULE(Model) {
  sc_fifo<std::uint64_t> channel{64};
  std::vector<std::unique_ptr<sc_mutex>> resources;
  std::uint64_t loops = 0;
  std::uint64_t left = kProcessCount;
  std::uint64_t hash = 0;
  std::uint64_t sum = 0;
  std::uint64_t events = 0;

  void worker(unsigned index) {
    std::uint64_t state = index + std::uint64_t{1};
    std::uint64_t mine = index;
    for (std::uint64_t i = 0; i < loops; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      const std::uint64_t draw = state >> 33;
      wait(sc_time::from_value((draw & 0xffff) + 1));
      ++events;
      sc_mutex& resource = *resources[draw >> 20 & 63];
      resource.lock();
      resource.unlock();
      channel.write(draw);
      mine = mine * 31 + sc_time_stamp().value();
    }
    hash += mine;
  }

  void consume() {
    while (true) {
      if (channel.num_available() == 0) {
        wait(channel.data_written_event());
        ++events;
      }
      sum += channel.read();
    }
  }

  Model(sc_module_name name, std::uint64_t loop_count) : sc_module(name), loops(loop_count) {
    for (unsigned i = 0; i < kResourceCount; ++i) resources.push_back(std::make_unique<sc_mutex>());
    sc_spawn_options small;
    small.set_stack_size(0x4000);
    for (unsigned i = 0; i < kProcessCount; ++i) {
      sc_spawn([this, i] { worker(i); }, nullptr, &small);
    }
    sc_spawn([this] { consume(); }, nullptr, &small);
  }
};

}  // namespace

int sc_main(int argc, char** argv) {
  sc_set_time_resolution(1, SC_PS);
  Model model("model", argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000);
  const double start = cpu_now();
  sc_start();
  const double seconds = cpu_now() - start;
  std::printf("%llu %.9f %llu-%llu\n", static_cast<unsigned long long>(model.events), seconds,
              static_cast<unsigned long long>(model.hash),
              static_cast<unsigned long long>(model.sum));
  return 0;
}
