#include "tile/producer/shared_object.h"

#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "heddle/tile/diagnostics.h"

namespace heddle::tile {
namespace {

/// What the loader would find out by a fault: a segment that the file has no bytes for.
/// Anything else that is wrong with a file it says itself.
bool is_cut_short(const std::string& path, std::uint64_t size) {
  std::ifstream file(path, std::ios::binary);
  Elf64_Ehdr header{};
  if (!file.read(reinterpret_cast<char*>(&header), sizeof header)) return false;
  const bool is_elf = std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
                      header.e_ident[EI_CLASS] == ELFCLASS64 &&
                      header.e_phentsize == sizeof(Elf64_Phdr);
  if (!is_elf || header.e_phoff > size) return false;
  file.seekg(static_cast<std::streamoff>(header.e_phoff));
  for (std::uint32_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    if (!file.read(reinterpret_cast<char*>(&segment), sizeof segment)) return true;
    if (segment.p_type != PT_LOAD) continue;
    if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset) return true;
  }
  return false;
}

/// Why `path` must not reach the loader; empty when it may.
std::string unloadable(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return "it is no regular file";
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && is_cut_short(path, size)) return "the file is cut short";
  return {};
}

}  // namespace

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
  const std::string problem = unloadable(name);
  if (!problem.empty()) return {LoadProblem::Kind::NotLoadable, 0, problem};
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
