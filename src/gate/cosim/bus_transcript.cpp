#include "gate/cosim/bus_transcript.h"

#include <charconv>

#include "heddle/base/file.h"

namespace heddle::gate {
namespace {

std::string hex(std::uint64_t value) {
  char digits[16];
  const auto result = std::to_chars(digits, digits + sizeof digits, value, 16);
  return "0x" + std::string(digits, result.ptr);
}

std::string_view response_name(BusResponse response) {
  constexpr std::string_view kNames[] = {"okay",           "error",       "retry",
                                         "exclusive_okay", "slave_error", "decode_error"};
  return kNames[static_cast<std::size_t>(response)];
}

std::string_view direction(const BusTransaction& transaction) {
  return transaction.is_write ? "write" : "read";
}

}  // namespace

Status BusTranscript::open(const std::string& directory) {
  HEDDLE_TRY(csv_, OutputFile::create(join_path(directory, csv_name_)));
  HEDDLE_TRY(json_, OutputFile::create(join_path(directory, json_name_)));
  csv_->write("edge,time_ps,direction,address,data,strobe,response,wait_cycles\n");
  json_->write("[");
  return {};
}

bool BusTranscript::take(const Record& record) {
  if (!BusRecord::collect(record.kind, record.value, transaction_)) return false;
  const std::string edge = std::to_string(record.edge);
  const std::string time = std::to_string(record.time_ps);
  const std::string waits = std::to_string(transaction_.wait_cycles);
  const std::string way(direction(transaction_));
  const std::string response(response_name(transaction_.response));
  csv_->write(edge + "," + time + "," + way + "," + hex(transaction_.address) + "," +
              hex(transaction_.data) + "," + hex(transaction_.strobe) + "," + response + "," +
              waits + "\n");
  json_->write(std::string(is_first_ ? "\n" : ",\n") + "{\"edge\": " + edge +
               ", \"time_ps\": " + time + ", \"direction\": \"" + way +
               "\", \"address\": " + std::to_string(transaction_.address) +
               ", \"data\": " + std::to_string(transaction_.data) +
               ", \"strobe\": " + std::to_string(transaction_.strobe) + ", \"response\": \"" +
               response + "\", \"wait_cycles\": " + waits + "}");
  is_first_ = false;
  return true;
}

std::string BusTranscript::last() const {
  return std::string(direction(transaction_)) + " " + hex(transaction_.address) + " = " +
         hex(transaction_.data) + " " + std::string(response_name(transaction_.response));
}

bool BusTranscript::ok() const {
  const auto sound = [](const std::unique_ptr<OutputFile>& file) {
    return file == nullptr || file->status().has_value();
  };
  return sound(csv_) && sound(json_);
}

Status BusTranscript::finish() {
  if (json_ == nullptr) return {};
  json_->write(is_first_ ? "]\n" : "\n]\n");
  const Status csv = csv_->close();
  const Status json = json_->close();
  return csv ? json : csv;
}

}  // namespace heddle::gate
