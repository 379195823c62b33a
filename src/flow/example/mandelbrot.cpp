// The Mandelbrot pipeline: a source chooses a view for each list, a plane is laid out,
// every band of 16 iterations goes on where the one before stopped, the assembler
// counts, the drain keeps a digest. All points are iterated in every band, so bands
// cost alike.
#include <array>

#include "heddle/flow/example_tasks.h"

namespace heddle::flow {
namespace {

constexpr std::uint32_t kWidth = 64;
constexpr std::uint32_t kHeight = 32;
constexpr std::uint32_t kPoints = kWidth * kHeight;
constexpr std::uint32_t kIterationsOfBand = 16;

struct View {
  double centre_x = 0;
  double centre_y = 0;
  double scale = 0;  ///< of a point
};
template <class V>
void describe(V& v, View& view) {
  v("centre_x", view.centre_x);
  v("centre_y", view.centre_y);
  v("scale", view.scale);
}

/// A picture under way: where each point is, and when it escaped.
struct Plane {
  View view;
  std::uint32_t iterations = 0;
  std::array<float, kPoints> x{};
  std::array<float, kPoints> y{};
  std::array<std::uint16_t, kPoints> count{};
};
template <class V>
void describe(V& v, Plane& plane) {
  v("view", plane.view);
  v("iterations", plane.iterations);
  v("x", plane.x);
  v("y", plane.y);
  v("count", plane.count);
}

struct Picture {
  std::uint32_t inside = 0;
  std::uint64_t digest = 0;
};
template <class V>
void describe(V& v, Picture& picture) {
  v("inside", picture.inside);
  v("digest", picture.digest);
}

class Source {
 public:
  void process(Context& context, Message<View>& out) {
    const double zoom = 1.0 / (1.0 + static_cast<double>(context.clid() % 64));
    out.set({-0.743643887, 0.131825904, 3.0 * zoom / kWidth});
  }
};

class Start {
 public:
  void process(Context&, const Message<View>& in, Message<Plane>& out) const {
    if (!in) return;
    Plane& plane = out.write_over();
    plane.view = *in;
    plane.iterations = 0;
    plane.x.fill(0);
    plane.y.fill(0);
    plane.count.fill(0);
  }
};

class Band {
 public:
  void process(Context&, const Message<Plane>& in, Message<Plane>& out) {
    if (!in) return;
    const Plane& from = *in;
    Plane& to = out.write_over();
    to.view = from.view;
    to.iterations = from.iterations + kIterationsOfBand;
    for (std::uint32_t i = 0; i < kPoints; ++i) iterate(from, to, i);
  }

 private:
  static void iterate(const Plane& from, Plane& to, std::uint32_t i) {
    const auto column = static_cast<double>(i % kWidth) - kWidth / 2.0;
    const auto row = static_cast<double>(i / kWidth) - kHeight / 2.0;
    const auto cx = static_cast<float>(from.view.centre_x + column * from.view.scale);
    const auto cy = static_cast<float>(from.view.centre_y + row * from.view.scale);
    float x = from.x[i];
    float y = from.y[i];
    std::uint32_t count = from.count[i];
    for (std::uint32_t k = 0; k < kIterationsOfBand; ++k) {
      const float xx = x * x;
      const float yy = y * y;
      const bool is_inside = xx + yy < 4.0F;
      const float next_y = 2.0F * x * y + cy;
      const float next_x = xx - yy + cx;
      x = is_inside ? next_x : x;
      y = is_inside ? next_y : y;
      count += is_inside ? 1U : 0U;
    }
    to.x[i] = x;
    to.y[i] = y;
    to.count[i] = static_cast<std::uint16_t>(count);
  }
};

class Assemble {
 public:
  void process(Context&, const Message<Plane>& in, Message<Picture>& out) const {
    if (!in) return;
    Picture picture;
    std::uint64_t digest = 14695981039346656037ULL;
    for (const std::uint16_t count : in->count) {
      picture.inside += count == in->iterations ? 1U : 0U;
      digest = (digest ^ count) * 1099511628211ULL;
    }
    picture.digest = digest;
    out.set(picture);
  }
};

class Drain {
 public:
  void process(Context& context, const Message<Picture>& in) {
    if (!in) return;
    digest_ = (digest_ ^ in->digest) * 1099511628211ULL;
    if (context.clid() % 64 == 0) context.text<"{} points inside">(in->inside);
  }
  template <class V>
  void state(V& v) {
    v("digest", digest_);
  }

 private:
  std::uint64_t digest_ = 0;
};

}  // namespace

void register_mandelbrot_tasks(TaskRegistry& registry) {
  registry.add<Source>("MandelbrotSource");
  registry.add<Start>("MandelbrotStart");
  registry.add<Band>("MandelbrotBand");
  registry.add<Assemble>("MandelbrotAssemble");
  registry.add<Drain>("MandelbrotDrain");
}

}  // namespace heddle::flow
