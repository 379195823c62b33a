// Opens a producer's shared object and finds its two functions.
#pragma once

#include <cstdint>
#include <string>

#include "heddle/base/result.h"
#include "heddle/tile/producer.h"

namespace heddle::tile {

/// Why a shared object is no producer. A value that crosses a process.
struct LoadProblem {
  enum class Kind : std::uint8_t { None, NotLoadable, NoVersion, WrongVersion, NoKernel };
  Kind kind = Kind::None;
  std::uint32_t version = 0;
  std::string text;  ///< what the loader said
};

[[nodiscard]] Failure load_failure(const std::string& path, const LoadProblem& problem);

/// An open shared object; closed at the end.
class SharedObject {
 public:
  SharedObject() = default;
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;
  ~SharedObject();

  /// Opens `path` and asks for its version before anything else.
  [[nodiscard]] LoadProblem open(const std::string& path);
  [[nodiscard]] KernelFunction kernel() const { return kernel_; }

 private:
  void* handle_ = nullptr;
  KernelFunction kernel_ = nullptr;
};

}  // namespace heddle::tile
