// Any text as an SDF file: located diagnostics, or calls whose texts are used.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "heddle/base/check.h"
#include "heddle/gate/sdf.h"

namespace {

/// Uses every byte that it is given.
class Visitor final : public heddle::gate::SdfVisitor {
 public:
  void cell(const std::string& type, const std::string& instance,
            const heddle::SourcePosition& where) override {
    sum_ += type.size() + instance.size() + where.line;
  }
  void delay(const heddle::gate::SdfDelay& delay) override {
    sum_ += delay.to.size() + delay.from.name.size() + delay.from.condition.size();
  }
  void check(const heddle::gate::SdfCheck& check) override {
    sum_ += check.data.name.size() + check.reference.condition.size();
  }
  std::size_t sum_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Visitor visitor;
  const auto read = heddle::gate::read_sdf_text(
      std::string_view(reinterpret_cast<const char*>(data), size), "fuzz.sdf", visitor);
  if (!read) {
    for (const heddle::Diagnostic& problem : read.error().list()) {
      HEDDLE_CHECK(problem.where().line > 0);
    }
  }
  return 0;
}
