#include "tile/producer/frames.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "tile/producer/recorder.h"

namespace heddle::tile {
namespace {

enum class Tag : std::uint8_t {
  Loaded,
  Finished,
  Tensor,
  Buffer,
  Dispatch,
  KernelDone,
  ItemBegin,
  Dma,
  Compute,
  MemoryBarrier,
  ComputeBarrier,
  ItemDone,
};

/// Frame bytes of one message of the dynamic loader.
constexpr std::size_t kTextBytesMax = 4096;

class Writer {
 public:
  Writer(std::string& bytes, Tag tag) : bytes_(bytes) {
    bytes_.clear();
    value(tag);
  }
  template <class T>
    requires std::is_trivially_copyable_v<T>
  Writer& value(const T& one) {
    bytes_.append(reinterpret_cast<const char*>(&one), sizeof one);
    return *this;
  }
  /// The count as it was given, and as many elements as may be read.
  template <class T>
  Writer& list(const T* data, std::uint32_t count, std::uint32_t max) {
    const std::uint8_t is_there = data != nullptr ? 1 : 0;
    value(count).value(is_there);
    if (is_there != 0)
      bytes_.append(reinterpret_cast<const char*>(data), sizeof(T) * std::min(count, max));
    return *this;
  }
  Writer& text(std::string_view one) {
    const std::string_view kept = one.substr(0, kTextBytesMax);
    value(static_cast<std::uint32_t>(kept.size()));
    bytes_.append(kept);
    return *this;
  }

 private:
  std::string& bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
    requires std::is_trivially_copyable_v<T>
  T value() {
    T one{};
    raw(&one, sizeof one);
    return one;
  }
  template <class T, std::size_t N>
  const T* list(std::uint32_t& count, std::array<T, N>& room) {
    count = value<std::uint32_t>();
    if (value<std::uint8_t>() == 0) return nullptr;
    raw(room.data(), sizeof(T) * std::min<std::size_t>(count, N));
    return room.data();
  }
  std::string text() {
    const auto size = value<std::uint32_t>();
    if (size > bytes_.size()) is_good_ = false;
    std::string one(bytes_.substr(0, is_good_ ? size : 0));
    bytes_.remove_prefix(one.size());
    return one;
  }
  /// Whether the frame held exactly what was asked of it.
  [[nodiscard]] bool is_done() const { return is_good_ && bytes_.empty(); }
  [[nodiscard]] bool is_good() const { return is_good_; }

 private:
  void raw(void* to, std::size_t size) {
    is_good_ = is_good_ && size <= bytes_.size();
    if (!is_good_) return;
    std::memcpy(to, bytes_.data(), size);
    bytes_.remove_prefix(size);
  }

  std::string_view bytes_;
  bool is_good_ = true;
};

void write_buffers(Writer& writer, const heddle_tile_buffers& list) {
  writer.list(list.ids, list.count, HEDDLE_TILE_MAX_BUFFERS);
}

using BufferRoom = std::array<std::uint32_t, HEDDLE_TILE_MAX_BUFFERS>;

heddle_tile_buffers read_buffers(Reader& reader, BufferRoom& room) {
  heddle_tile_buffers list{};
  list.ids = reader.list(list.count, room);
  return list;
}

bool play_dma(Reader& in, CallSink& sink) {
  std::array<std::int64_t, HEDDLE_TILE_MAX_DIMS> dims{};
  std::array<std::int64_t, HEDDLE_TILE_MAX_DIMS> strides{};
  BufferRoom reads{};
  BufferRoom writes{};
  DmaCall call;
  call.direction = in.value<int>();
  call.tensor = in.value<std::uint32_t>();
  call.offset = in.value<std::int64_t>();
  call.dims.data = in.list(call.dims.count, dims);
  call.strides.data = in.list(call.strides.count, strides);
  call.element_bits = in.value<std::uint32_t>();
  call.is_async = in.value<int>();
  call.semaphore = in.value<std::uint32_t>();
  call.reads = read_buffers(in, reads);
  call.writes = read_buffers(in, writes);
  if (in.is_done()) (void)sink.dma(call);
  return in.is_done();
}

bool play_compute(Reader& in, CallSink& sink) {
  std::array<std::int64_t, HEDDLE_TILE_MAX_DIMS> dims{};
  BufferRoom reads{};
  BufferRoom writes{};
  ComputeCall call;
  call.node = in.value<std::uint32_t>();
  call.kind = in.value<int>();
  call.dims.data = in.list(call.dims.count, dims);
  call.reads = read_buffers(in, reads);
  call.writes = read_buffers(in, writes);
  if (in.is_done()) (void)sink.compute(call);
  return in.is_done();
}

bool play_tensor(Reader& in, CallSink& sink) {
  TensorCall call;
  call.id = in.value<std::uint32_t>();
  call.elements = in.value<std::int64_t>();
  call.element_bits = in.value<std::uint32_t>();
  const std::string name = in.text();
  call.name = name.c_str();
  if (in.is_done()) (void)sink.tensor(call);
  return in.is_done();
}

bool play_item_begin(Reader& in, CallSink& sink) {
  std::array<std::int64_t, HEDDLE_TILE_MAX_IV> induction{};
  const auto key = in.value<std::int64_t>();
  std::uint32_t count = 0;
  (void)in.list(count, induction);
  if (!in.is_done() || count > induction.size()) return false;
  (void)sink.item_begin(key, {induction.data(), count});
  return true;
}

/// A frame of one trivially copyable value, given to `call`.
template <class T, class Call>
bool play_value(Reader& in, Call call) {
  const T one = in.value<T>();
  if (in.is_done()) (void)call(one);
  return in.is_done();
}

struct Wait {
  std::int64_t elements = 0;
  std::uint32_t semaphore = 0;
};

/// A dispatch; truth values as numbers, for a garbled one must be a number still.
struct Dispatched {
  std::uint32_t shape_count = 0;
  std::uint32_t induction_count = 0;
  std::uint32_t has_all = 0;
};

bool play_dispatch(Reader& in, CallSink& sink) {
  return play_value<Dispatched>(in, [&](const Dispatched& one) {
    return sink.dispatch({.has_function = one.has_all != 0,
                          .shape_count = one.shape_count,
                          .induction_count = one.induction_count});
  });
}

bool play_call(Tag tag, Reader& in, CallSink& sink) {
  switch (tag) {
    case Tag::Tensor: return play_tensor(in, sink);
    case Tag::Buffer:
      return play_value<BufferCall>(in, [&](const BufferCall& one) { return sink.buffer(one); });
    case Tag::Dispatch: return play_dispatch(in, sink);
    case Tag::KernelDone:
      return play_value<int>(in, [&](int code) { return sink.kernel_done(code); });
    case Tag::ItemBegin: return play_item_begin(in, sink);
    case Tag::Dma: return play_dma(in, sink);
    case Tag::Compute: return play_compute(in, sink);
    case Tag::MemoryBarrier:
      return play_value<Wait>(
          in, [&](const Wait& one) { return sink.memory_barrier(one.semaphore, one.elements); });
    case Tag::ComputeBarrier:
      if (in.is_done()) (void)sink.compute_barrier();
      return in.is_done();
    case Tag::ItemDone: return play_value<int>(in, [&](int code) { return sink.item_done(code); });
    default: return false;
  }
}

}  // namespace

bool FrameWriter::send() {
  return ring_.write(frame_);
}

bool FrameWriter::loaded(const LoadProblem& problem) {
  Writer(frame_, Tag::Loaded).value(problem.kind).value(problem.version).text(problem.text);
  const bool is_sent = send();
  ring_.ring_reader();
  return is_sent;
}

bool FrameWriter::finished() {
  Writer(frame_, Tag::Finished);
  const bool is_sent = send();
  ring_.ring_reader();
  return is_sent;
}

bool FrameWriter::tensor(const TensorCall& call) {
  const std::string_view name = call.name == nullptr ? "" : call.name;
  Writer(frame_, Tag::Tensor)
      .value(call.id)
      .value(call.elements)
      .value(call.element_bits)
      .text(name.substr(0, kTensorNameBytesMax));
  return send();
}

bool FrameWriter::buffer(const BufferCall& call) {
  Writer(frame_, Tag::Buffer).value(call);
  return send();
}

bool FrameWriter::dispatch(const DispatchCall& call) {
  const bool has_all = call.has_function && call.has_shape && call.has_induction;
  Writer(frame_, Tag::Dispatch)
      .value(Dispatched{call.shape_count, call.induction_count, has_all ? 1U : 0U});
  const bool is_usable = has_all && call.shape_count <= HEDDLE_TILE_MAX_SHAPE_ARGS &&
                         call.induction_count <= HEDDLE_TILE_MAX_IV;
  return send() && is_usable && ++dispatch_count_ <= kWorkItemsMax;
}

bool FrameWriter::kernel_done(int code) {
  Writer(frame_, Tag::KernelDone).value(code);
  const bool is_sent = send();
  ring_.ring_reader();
  return is_sent;
}

bool FrameWriter::item_begin(std::int64_t key, std::span<const std::int64_t> induction) {
  Writer(frame_, Tag::ItemBegin)
      .value(key)
      .list(induction.data(), static_cast<std::uint32_t>(induction.size()), HEDDLE_TILE_MAX_IV);
  return send();
}

bool FrameWriter::dma(const DmaCall& call) {
  Writer writer(frame_, Tag::Dma);
  writer.value(call.direction).value(call.tensor).value(call.offset);
  writer.list(call.dims.data, call.dims.count, HEDDLE_TILE_MAX_DIMS);
  writer.list(call.strides.data, call.strides.count, HEDDLE_TILE_MAX_DIMS);
  writer.value(call.element_bits).value(call.is_async).value(call.semaphore);
  write_buffers(writer, call.reads);
  write_buffers(writer, call.writes);
  return send();
}

bool FrameWriter::compute(const ComputeCall& call) {
  Writer writer(frame_, Tag::Compute);
  writer.value(call.node).value(call.kind);
  writer.list(call.dims.data, call.dims.count, HEDDLE_TILE_MAX_DIMS);
  write_buffers(writer, call.reads);
  write_buffers(writer, call.writes);
  return send();
}

bool FrameWriter::memory_barrier(std::uint32_t semaphore, std::int64_t elements) {
  Writer(frame_, Tag::MemoryBarrier).value(Wait{elements, semaphore});
  return send();
}

bool FrameWriter::compute_barrier() {
  Writer(frame_, Tag::ComputeBarrier);
  return send();
}

bool FrameWriter::item_done(int code) {
  Writer(frame_, Tag::ItemDone).value(code);
  const bool is_sent = send();
  ring_.ring_reader();
  return is_sent;
}

FrameKind play_frame(std::string_view frame, CallSink& sink, LoadProblem& problem) {
  Reader in(frame);
  const auto tag = in.value<Tag>();
  if (!in.is_good()) return FrameKind::Garbled;
  if (tag == Tag::Finished) return in.is_done() ? FrameKind::Finished : FrameKind::Garbled;
  if (tag == Tag::Loaded) {
    problem.kind = in.value<LoadProblem::Kind>();
    problem.version = in.value<std::uint32_t>();
    problem.text = in.text();
    const bool is_known = problem.kind <= LoadProblem::Kind::NoKernel;
    return in.is_done() && is_known ? FrameKind::Loaded : FrameKind::Garbled;
  }
  return play_call(tag, in, sink) ? FrameKind::Call : FrameKind::Garbled;
}

}  // namespace heddle::tile
