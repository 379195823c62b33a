// The transactions of one bus tracer as files: `bus_<name>.csv` for tables,
// `bus_<name>.json` for programs, one line a transaction in both.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heddle/base/output_file.h"
#include "heddle/gate/peripheral.h"
#include "heddle/gate/peripherals/bus_tracer.h"

namespace heddle::gate {

class BusTranscript {
 public:
  explicit BusTranscript(const std::string& name)
      : csv_name_("bus_" + name + ".csv"), json_name_("bus_" + name + ".json") {}

  /// Creates the files in `directory`. Errors: file.write-failed.
  [[nodiscard]] Status open(const std::string& directory);
  /// Takes a record of the tracer; true when it ends a transaction, see `last`.
  bool take(const Record& record);
  /// "write 0x10 = 0x5 okay": the transaction that ended last.
  [[nodiscard]] std::string last() const;
  [[nodiscard]] bool ok() const;
  /// Closes the files, readable whatever happened. Errors: file.write-failed.
  [[nodiscard]] Status finish();

  [[nodiscard]] std::vector<std::string> files() const { return {csv_name_, json_name_}; }

 private:
  std::string csv_name_;
  std::string json_name_;
  std::unique_ptr<OutputFile> csv_;
  std::unique_ptr<OutputFile> json_;
  BusTransaction transaction_;
  bool is_first_ = true;
};

}  // namespace heddle::gate
