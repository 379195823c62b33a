// CUDA's runtime is looked for when it is asked for, so that one program runs with
// it and without it: nothing of it is linked, and its four functions have had the same
// C interface in every version.
#include <dlfcn.h>

#include "heddle/flow/buffer_pool.h"
#include "heddle/flow/diagnostics.h"

namespace heddle::flow {
namespace {

struct CudaRuntime {
  int (*malloc_device)(void** memory, std::size_t bytes) = nullptr;
  int (*free_device)(void* memory) = nullptr;
  int (*malloc_host)(void** memory, std::size_t bytes, unsigned flags) = nullptr;
  int (*free_host)(void* memory) = nullptr;
  const char* missing = "libcudart.so";  ///< null: all is there
};

template <class F>
bool find(void* library, const char* name, F& function, CudaRuntime& runtime) {
  function = reinterpret_cast<F>(dlsym(library, name));
  if (function == nullptr) runtime.missing = name;
  return function != nullptr;
}

CudaRuntime load() {
  CudaRuntime out;
  void* library = nullptr;
  for (const char* name : {"libcudart.so", "libcudart.so.13", "libcudart.so.12"}) {
    library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) break;
  }
  if (library == nullptr) return out;
  const bool is_whole = find(library, "cudaMalloc", out.malloc_device, out) &&
                        find(library, "cudaFree", out.free_device, out) &&
                        find(library, "cudaHostAlloc", out.malloc_host, out) &&
                        find(library, "cudaFreeHost", out.free_host, out);
  if (is_whole) out.missing = nullptr;
  return out;
}

/// Loaded once; the library stays for as long as the program runs.
const CudaRuntime& cuda() {
  static const CudaRuntime runtime = load();
  return runtime;
}

Result<BufferMemory> with_runtime(const BufferMemory& memory) {
  if (cuda().missing != nullptr) return fail(diag::kNoCuda, {}, {cuda().missing});
  return memory;
}

}  // namespace

Result<BufferMemory> BufferMemory::cuda_host() {
  return with_runtime(
      {[](std::size_t bytes) -> void* {
         void* memory = nullptr;
         return cuda().malloc_host(&memory, bytes, 0) == 0 ? memory : nullptr;
       },
       [](void* memory, std::size_t) { static_cast<void>(cuda().free_host(memory)); }});
}

Result<BufferMemory> BufferMemory::cuda_device() {
  return with_runtime(
      {[](std::size_t bytes) -> void* {
         void* memory = nullptr;
         return cuda().malloc_device(&memory, bytes) == 0 ? memory : nullptr;
       },
       [](void* memory, std::size_t) { static_cast<void>(cuda().free_device(memory)); }});
}

}  // namespace heddle::flow
