// A pole balanced on a cart, simulated. The plant is a resource that the sensor
// reads and the motor drives, so both are one serial component: list n + 1 senses
// what the force of list n made. The sensor has noise and the plant is pushed now
// and then, both drawn from a seeded stream by the number of the list.
//
// Equations of motion: Barto, Sutton and Anderson, "Neuronlike adaptive elements
// that can solve difficult learning control problems", 1983, without friction.
#include <algorithm>
#include <cmath>

#include "heddle/base/random.h"
#include "heddle/flow/example_tasks.h"

namespace heddle::flow {
// Named, because the names of payload types are in the log.
namespace balance {
/// What the encoders say.
struct Reading {
  double position_m = 0;
  double angle_rad = 0;  ///< from upright, to the right
};
template <class V>
void describe(V& v, Reading& reading) {
  v("position_m", reading.position_m);
  v("angle_rad", reading.angle_rad);
}

struct Motion {
  double position_m = 0;
  double velocity_m_s = 0;
  double angle_rad = 0;
  double rate_rad_s = 0;
};
template <class V>
void describe(V& v, Motion& motion) {
  v("position_m", motion.position_m);
  v("velocity_m_s", motion.velocity_m_s);
  v("angle_rad", motion.angle_rad);
  v("rate_rad_s", motion.rate_rad_s);
}

struct Drive {
  double force_n = 0;
  bool is_saturated = false;
};
template <class V>
void describe(V& v, Drive& drive) {
  v("force_n", drive.force_n);
  v("is_saturated", drive.is_saturated);
}

}  // namespace balance

namespace {

using balance::Drive;
using balance::Motion;
using balance::Reading;

class BalancePlant {
 public:
  explicit BalancePlant(ConfigReader& params)
      : step_s_(params.optional<double>("step_s", 0.005, {.min = 1e-5, .max = 0.1})),
        push_n_(params.optional<double>("push_n", 8.0)),
        push_interval_(params.optional<std::uint64_t>("push_interval", 1000, {.min = 1})),
        seed_(params.optional<std::uint64_t>("seed", 1)) {
    motion_.angle_rad = params.optional<double>("angle_rad", 0.1);
  }

  [[nodiscard]] Reading read(std::uint64_t clid) const {
    const RandomStream noise(seed_, "sensor");
    return {motion_.position_m + jitter(noise, 0, clid) * 1e-4,
            motion_.angle_rad + jitter(noise, 1, clid) * 1e-4};
  }

  /// One step under a force, and the push of this list.
  void drive(std::uint64_t clid, double force_n) {
    if (clid % push_interval_ == push_interval_ - 1) {
      force_n += push_n_ * jitter(RandomStream(seed_, "push"), 0, clid) * 10;
    }
    constexpr double kGravity = 9.81;
    constexpr double kCartKg = 1.0;
    constexpr double kPoleKg = 0.1;
    constexpr double kHalfLengthM = 0.5;
    constexpr double kTotalKg = kCartKg + kPoleKg;
    const double sine = std::sin(motion_.angle_rad);
    const double cosine = std::cos(motion_.angle_rad);
    const double pull =
        (force_n + kPoleKg * kHalfLengthM * motion_.rate_rad_s * motion_.rate_rad_s * sine) /
        kTotalKg;
    const double turn = (kGravity * sine - cosine * pull) /
                        (kHalfLengthM * (4.0 / 3.0 - kPoleKg * cosine * cosine / kTotalKg));
    const double push = pull - kPoleKg * kHalfLengthM * turn * cosine / kTotalKg;
    motion_.velocity_m_s += step_s_ * push;
    motion_.position_m += step_s_ * motion_.velocity_m_s;
    motion_.rate_rad_s += step_s_ * turn;
    motion_.angle_rad += step_s_ * motion_.rate_rad_s;
  }

  [[nodiscard]] double step_s() const { return step_s_; }
  [[nodiscard]] Motion& motion() { return motion_; }

 private:
  /// From -1 to 1.
  static double jitter(const RandomStream& stream, std::uint32_t domain, std::uint64_t clid) {
    return static_cast<double>(stream.between(-1'000'000, 1'000'000, domain, clid)) * 1e-6;
  }

  double step_s_ = 0;
  double push_n_ = 0;
  std::uint64_t push_interval_ = 1;
  std::uint64_t seed_ = 0;
  Motion motion_;
};

class BalanceSensor {
 public:
  BalanceSensor(ConfigReader&, Resources& resources)
      : plant_(resources.get<BalancePlant>("plant")) {}
  void process(Context& context, Message<Reading>& out) {
    out.set(plant_->read(context.clid()));
    out.set_validity(context.now());
  }
  /// The plant's state is kept here, so that a keyframe holds it once.
  template <class V>
  void state(V& v) {
    v("plant", plant_->motion());
  }

 private:
  std::shared_ptr<BalancePlant> plant_;
};

/// Speeds as filtered differences of what the encoders say.
class BalanceEstimator {
 public:
  explicit BalanceEstimator(ConfigReader& params)
      : step_s_(params.optional<double>("step_s", 0.005, {.min = 1e-5, .max = 0.1})),
        share_(params.optional<double>("share", 0.3, {.min = 0.01, .max = 1})) {}
  void process(Context&, const Message<Reading>& in, Message<Motion>& out) {
    if (!in) return;
    if (has_last_) {
      velocity_ += share_ * ((in->position_m - last_.position_m) / step_s_ - velocity_);
      rate_ += share_ * ((in->angle_rad - last_.angle_rad) / step_s_ - rate_);
    }
    last_ = *in;
    has_last_ = true;
    out.set({last_.position_m, velocity_, last_.angle_rad, rate_});
    out.set_validity(in.validity().begin);
  }
  template <class V>
  void state(V& v) {
    v("has_last", has_last_);
    v("last", last_);
    v("velocity", velocity_);
    v("rate", rate_);
  }

 private:
  double step_s_ = 0;
  double share_ = 0;
  bool has_last_ = false;
  Reading last_;
  double velocity_ = 0;
  double rate_ = 0;
};

/// State feedback: every term pushes the cart under the pole.
class BalanceController {
 public:
  explicit BalanceController(ConfigReader& params)
      : position_(params.optional<double>("position_n_m", 2.0)),
        velocity_(params.optional<double>("velocity_ns_m", 4.0)),
        angle_(params.optional<double>("angle_n_rad", 45.0)),
        rate_(params.optional<double>("rate_ns_rad", 9.0)),
        limit_(params.optional<double>("limit_n", 10.0, {.min = 0, .max = 1e6})) {}
  void process(Context& context, const Message<Motion>& in, Message<Drive>& out) const {
    if (!in) return;
    const double wanted = position_ * in->position_m + velocity_ * in->velocity_m_s +
                          angle_ * in->angle_rad + rate_ * in->rate_rad_s;
    const double force = std::clamp(wanted, -limit_, limit_);
    out.set({force, force != wanted});
    out.set_validity(in.validity().begin);
    if (force == wanted) return;
    out.set_status("saturated");
    context.text<"wanted {} N at {} rad">(wanted, in->angle_rad);
  }

 private:
  double position_ = 0;
  double velocity_ = 0;
  double angle_ = 0;
  double rate_ = 0;
  double limit_ = 0;
};

class BalanceMotor {
 public:
  BalanceMotor(ConfigReader&, Resources& resources)
      : plant_(resources.get<BalancePlant>("plant")) {}
  void process(Context& context, const Message<Drive>& in) {
    plant_->drive(context.clid(), in ? in->force_n : 0);
  }

 private:
  std::shared_ptr<BalancePlant> plant_;
};

/// Ends the run when the pole has fallen.
class BalanceJudge {
 public:
  Status process(Context& context, const Message<Motion>& in) const {
    constexpr double kFallenRad = 0.8;
    if (!in || std::abs(in->angle_rad) < kFallenRad) return {};
    return context.fail("the pole has fallen");
  }
};

}  // namespace

void register_balancebot_tasks(TaskRegistry& registry) {
  registry.add_resource<BalancePlant>("BalancePlant");
  registry.add<BalanceSensor>("BalanceSensor");
  registry.add<BalanceEstimator>("BalanceEstimator");
  registry.add<BalanceController>("BalanceController");
  registry.add<BalanceMotor>("BalanceMotor");
  registry.add<BalanceJudge>("BalanceJudge");
}

}  // namespace heddle::flow
