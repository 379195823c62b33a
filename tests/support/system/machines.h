// Machines and small helpers that the tests of the system module share.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "heddle/system/collective.h"
#include "heddle/system/simulator.h"

namespace heddle::test {

/// A fabric of `devices` with links of `latency_ps` and GB/s, where messages
/// cost nothing but their links and MATH takes no time.
inline system::Machine fabric_machine(system::FabricShape shape, std::uint32_t devices,
                                      std::uint32_t columns = 0, std::int64_t latency_ps = 500'000,
                                      std::int64_t gb_per_s = 50) {
  system::Machine machine;
  machine.name = "fabric";
  machine.link_mode = system::LinkMode::Ideal;
  machine.ipcq.slot_write = Picoseconds(0);
  machine.ipcq.credit = Picoseconds(0);
  machine.pe.has_free_math = true;
  machine.pe.tcm_bytes = std::uint64_t{1} << 40;
  system::FabricSpec fabric;
  fabric.shape = shape;
  fabric.device_count = devices;
  fabric.columns = columns;
  fabric.link = {Picoseconds(latency_ps), BytesPerSecond(gb_per_s * 1'000'000'000)};
  machine.fabric = fabric;
  return machine;
}

inline std::unique_ptr<system::Simulator> simulator_of(const system::Machine& machine,
                                                       system::SimulatorOptions options = {}) {
  auto made = system::Simulator::create(machine, options);
  EXPECT_TRUE(made) << made.error().to_string();
  return made ? std::move(*made) : nullptr;
}

inline system::Group all_of(const system::Simulator& simulator,
                            std::vector<std::uint32_t> levels = {}) {
  system::Group group;
  for (std::uint32_t i = 0; i < simulator.topology().pe_count(); ++i) group.ranks.emplace_back(i);
  group.levels = levels.empty() ? std::vector<std::uint32_t>{simulator.topology().pe_count()}
                                : std::move(levels);
  return group;
}

/// The code of the first diagnostic; empty on success.
template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "" : std::string(result.error().list().front().code());
}

template <class T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <class T>
std::vector<T> values_of(const std::vector<std::byte>& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace heddle::test
