// A live peripheral between two batches: what its client sent goes to the bank,
// what the peripheral recorded goes to the client. Only a port knows a protocol.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gate/cosim/live/loopback_server.h"
#include "heddle/base/output_file.h"
#include "heddle/gate/live.h"
#include "heddle/gate/peripheral.h"

namespace heddle::gate {

/// Tells people what happens at a port.
using LiveNotice = std::function<void(const std::string& text)>;

class LivePort {
 public:
  /// Starts to listen. Errors: live.cannot-listen.
  [[nodiscard]] Status listen();
  virtual ~LivePort() = default;
  LivePort(const LivePort&) = delete;
  LivePort& operator=(const LivePort&) = delete;

  /// Takes what the client sent; `next_edge` is the first of the next batch.
  void poll(PeripheralBank& bank, std::uint64_t next_edge);
  /// Waits a moment for a client that has just had an answer: it has more to ask.
  void wait_for_more() const;
  /// A record of its peripheral.
  virtual void take(const Record& record) = 0;
  /// Sends what the records of a batch led to.
  void answer();

  /// Edges until all that came has been played; 0 when that is so.
  [[nodiscard]] std::uint64_t edges_wanted() const { return edges_wanted_; }
  [[nodiscard]] bool is_attached() const { return server_->is_attached(); }
  [[nodiscard]] bool has_answered() const { return has_answered_; }
  /// The run is to end because its client has left.
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  [[nodiscard]] const LivePeripheral& spec() const { return spec_; }
  [[nodiscard]] LivePortOutcome outcome() const;

  [[nodiscard]] virtual bool ok() const { return true; }
  /// Closes what it writes. Errors: file.write-failed.
  [[nodiscard]] virtual Status finish() { return {}; }

 protected:
  LivePort(LivePeripheral spec, LiveNotice notice)
      : spec_(std::move(spec)), notice_(std::move(notice)) {}

  /// How many bytes it may take now.
  [[nodiscard]] virtual std::size_t room(const PeripheralBank& bank) const = 0;
  /// Hands bytes to the bank. False: they are not of the protocol, see `fault`.
  [[nodiscard]] virtual bool give(PeripheralBank& bank, std::string_view bytes,
                                  std::uint64_t next_edge) = 0;
  /// Edges until all that was given has been played.
  [[nodiscard]] virtual std::uint64_t wanted(const PeripheralBank& bank,
                                             std::uint64_t next_edge) const = 0;
  virtual void attached() {}
  virtual void left() {}

  /// Sends to the client, at the end of the batch.
  void reply(std::string_view bytes) { replies_ += bytes; }
  void leave(const std::string& why);
  void set_fault(std::string fault) { fault_ = std::move(fault); }

 private:
  void take_bytes(PeripheralBank& bank, std::uint64_t next_edge);

  LivePeripheral spec_;
  LiveNotice notice_;
  std::unique_ptr<LoopbackServer> server_;
  std::string replies_;
  std::string fault_;
  std::uint64_t edges_wanted_ = 0;
  std::uint64_t client_count_ = 0;
  std::uint64_t received_bytes_ = 0;
  std::uint64_t sent_bytes_ = 0;
  bool has_answered_ = false;
  bool has_ended_ = false;
};

/// The port for a spec. `directory` is where it may write.
/// Errors: file.write-failed.
[[nodiscard]] Result<std::unique_ptr<LivePort>> make_live_port(const LivePeripheral& spec,
                                                               const std::string& directory,
                                                               LiveNotice notice);

}  // namespace heddle::gate
