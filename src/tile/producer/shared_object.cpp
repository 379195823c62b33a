#include "tile/producer/shared_object.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "heddle/tile/diagnostics.h"

namespace heddle::tile {

Failure load_failure(const std::string& path, const LoadProblem& problem) {
  const SourcePosition where{path, 0, 0};
  switch (problem.kind) {
    case LoadProblem::Kind::NoVersion: return fail(diag::kNotAProducer, where, {"heddle_tile_abi"});
    case LoadProblem::Kind::WrongVersion:
      return fail(diag::kAbiMismatch, where,
                  {fmt::format("{}", problem.version), fmt::format("{}", HEDDLE_TILE_ABI_VERSION)});
    case LoadProblem::Kind::NoKernel:
      return fail(diag::kNotAProducer, where, {"heddle_tile_kernel"});
    default: return fail(diag::kNotLoadable, where, {problem.text});
  }
}

SharedObject::~SharedObject() {
  if (handle_ != nullptr) dlclose(handle_);
}

LoadProblem SharedObject::open(const std::string& path) {
  // Without a slash the loader would search its own directories.
  const std::string name = path.find('/') == std::string::npos ? "./" + path : path;
  handle_ = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    const char* const said = dlerror();
    return {LoadProblem::Kind::NotLoadable, 0, said == nullptr ? "no reason given" : said};
  }
  using AbiFunction = std::uint32_t (*)();
  const auto abi = reinterpret_cast<AbiFunction>(dlsym(handle_, "heddle_tile_abi"));
  if (abi == nullptr) return {LoadProblem::Kind::NoVersion, 0, {}};
  const std::uint32_t version = abi();
  if (version != HEDDLE_TILE_ABI_VERSION) {
    return {LoadProblem::Kind::WrongVersion, version, {}};
  }
  kernel_ = reinterpret_cast<KernelFunction>(dlsym(handle_, "heddle_tile_kernel"));
  if (kernel_ == nullptr) return {LoadProblem::Kind::NoKernel, 0, {}};
  return {};
}

}  // namespace heddle::tile
