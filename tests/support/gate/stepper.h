// One design in one engine, driven edge by edge through names.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "heddle/gate/backend.h"

namespace heddle::gate::testing {

/// Compiles; a failure is a test failure and gives an empty program.
inline Program program_of(Model model, const CompileOptions& options = {}) {
  Result<Program> program = compile(std::move(model), options);
  if (!program) {
    ADD_FAILURE() << program.error().to_string();
    return {};
  }
  return std::move(*program);
}

class Stepper {
 public:
  Stepper(const Program& program, std::string_view engine, const BackendOptions& options = {},
          PeripheralBank* bank = nullptr)
      : model_(program.model) {
    auto made = make_backend(engine, program, bank, options);
    EXPECT_TRUE(made.has_value());
    if (made) backend_ = std::move(*made);
  }

  [[nodiscard]] std::uint32_t input(std::string_view name) const {
    const std::int32_t index = model_.find_input(name);
    EXPECT_GE(index, 0) << "no input " << name;
    return static_cast<std::uint32_t>(index);
  }

  /// Runs one edge; false when it did not settle.
  bool edge(std::span<const EdgeOp> data, std::span<const EdgeOp> clocks) {
    EdgeWindow& window = backend_->window();
    window.begin(next_);
    window.append({.edge = next_, .time_ps = static_cast<std::int64_t>(next_) * 1000}, data,
                  clocks);
    const BatchToken token = backend_->run_edges(next_, 1);
    ++next_;
    const Result<BatchView> view = backend_->wait(token);
    if (!view) {
      error_ = view.error().to_string();
      return false;
    }
    if (!view->digests.empty()) digest_ = view->digests.back();
    return true;
  }

  using Drives = std::initializer_list<std::pair<std::string_view, unsigned>>;
  bool edge(Drives data, Drives clocks) {
    const auto ops = [this](Drives drives) {
      std::vector<EdgeOp> out;
      for (const auto& [name, value] : drives) out.push_back({input(name), value});
      return out;
    };
    return edge(ops(data), ops(clocks));
  }
  /// Lifts a clock and lets it fall again.
  void pulse(std::string_view clock, Drives data = {}) {
    ASSERT_TRUE(edge(data, {{clock, 1}}));
    ASSERT_TRUE(edge({}, {{clock, 0}}));
  }

  [[nodiscard]] bool output(std::string_view name) const {
    const std::int32_t index = model_.find_output(name);
    EXPECT_GE(index, 0) << "no output " << name;
    return index >= 0 && backend_->output(static_cast<std::uint32_t>(index));
  }
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] Backend& backend() { return *backend_; }
  [[nodiscard]] const Model& model() const { return model_; }

 private:
  const Model& model_;
  std::unique_ptr<Backend> backend_;
  std::uint64_t next_ = 0;
  std::uint64_t digest_ = 0;
  std::string error_;
};

}  // namespace heddle::gate::testing
