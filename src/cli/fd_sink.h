// Standard output and standard error as byte sinks that see write errors.
#pragma once

#include <string>

#include "heddle/base/byte_sink.h"

namespace heddle::cli {

/// Writes to a descriptor that it does not own, unbuffered: what was written
/// has been handed to the system. Errors: file.write-failed sticks in `status`.
class FdSink final : public ByteSink {
 public:
  FdSink(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}

  void write(std::string_view bytes) override;
  Status status() const override;

 private:
  int descriptor_ = -1;
  std::string name_;
  int failure_ = 0;
};

}  // namespace heddle::cli
