// Live peripherals: sockets on 127.0.0.1 behind which a debugger or a terminal
// talks to the pins of a running design.
//
// They are looked at between batches, never inside one, so a run with them is
// as exact as any other; only when their bytes come depends on the outside.
// While nobody is attached batches have their full size. While somebody is, a
// batch has at most `kLiveBatchEdges`, which bounds the latency, or ends where
// all that the client sent has been played, so that its answers go out at once.
#pragma once

#include <cstdint>
#include <string>

namespace heddle::gate {

/// The largest batch while a client is attached.
inline constexpr std::uint32_t kLiveBatchEdges = 1024;

enum class LiveKind : std::uint8_t {
  Jtag,  ///< remote_bitbang, as OpenOCD speaks it
  Uart,  ///< the bytes of the line, both ways
  Gpio,  ///< a line of text a change, both ways
};

/// One live peripheral of a run.
struct LivePeripheral {
  std::string name = {};
  std::uint16_t source = 0;  ///< its peripheral in the run
  LiveKind kind = LiveKind::Jtag;
  std::uint16_t port = 0;          ///< 0: a free one
  std::string record_file = {};    ///< of what the client did, in the run directory; empty: none
  bool stops_with_client = false;  ///< the run ends when a client has left
};

/// What went through one port, for the report's `run` part.
struct LivePortOutcome {
  std::string name;
  std::uint64_t clients = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t lost_bytes = 0;  ///< that no client read
};

}  // namespace heddle::gate
