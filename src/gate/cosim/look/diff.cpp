// Both files are read side by side. At each instant all changes of both are
// taken, then the nets that changed are compared.
#include "heddle/gate/diff.h"

#include <algorithm>
#include <limits>
#include <map>

#include "gate/cosim/look/wave_names.h"
#include "gate/cosim/look/wave_stream.h"
#include "heddle/base/text.h"
#include "heddle/gate/look_diagnostics.h"

namespace heddle::gate {
namespace {

using trace::WaveReader;

/// The nets that both files have.
struct Matched {
  std::vector<std::string> names;
  std::vector<trace::WaveSignal> a;  ///< of `names`
  std::vector<trace::WaveSignal> b;
};

/// How many names two sorted lists share.
std::size_t common_count(const NetsByName& a, const NetsByName& b) {
  std::size_t count = 0;
  auto in_b = b.begin();
  for (const auto& [name, signal] : a) {
    while (in_b != b.end() && in_b->first < name) ++in_b;
    if (in_b != b.end() && in_b->first == name) ++count;
  }
  return count;
}

/// The pair of scopes with most names in common; the outermost of equals.
std::pair<std::string, std::string> best_scopes(const trace::WaveHierarchy& a,
                                                const trace::WaveHierarchy& b,
                                                const WaveDiffOptions& options) {
  const auto candidates = [](const trace::WaveHierarchy& hierarchy,
                             const std::optional<std::string>& chosen) {
    constexpr std::size_t kScopesMax = 32;
    if (chosen) return std::vector<std::string>{*chosen};
    std::vector<std::string> scopes = scopes_of(hierarchy);
    if (scopes.size() > kScopesMax) scopes.resize(kScopesMax);
    return scopes;
  };
  std::pair<std::string, std::string> best;
  std::size_t best_count = 0;
  std::vector<std::pair<std::string, NetsByName>> nets_b;
  for (const std::string& scope : candidates(b, options.scope_b)) {
    nets_b.emplace_back(scope, nets_below(b, scope));
  }
  for (const std::string& scope : candidates(a, options.scope_a)) {
    const NetsByName nets_a = nets_below(a, scope);
    for (const auto& [other, nets] : nets_b) {
      const std::size_t count = common_count(nets_a, nets);
      if (count <= best_count) continue;
      best_count = count;
      best = {scope, other};
    }
  }
  if (best_count == 0) best = {options.scope_a.value_or(""), options.scope_b.value_or("")};
  return best;
}

/// One value made as long as the other, as Verilog extends what a VCD leaves out.
std::string widened(const std::string& bits, std::size_t width) {
  if (bits.size() >= width || bits.empty()) return bits;
  const char fill = bits.front() == '1' ? '0' : bits.front();
  return std::string(width - bits.size(), fill) + bits;
}

bool equal(const std::string& a, const std::string& b, bool ignore_x) {
  if (a == b) return true;
  const std::size_t width = std::max(a.size(), b.size());
  const std::string wide_a = widened(a, width);
  const std::string wide_b = widened(b, width);
  for (std::size_t i = 0; i < width; ++i) {
    const auto known = [](char c) { return c == '0' || c == '1'; };
    if (ignore_x && (!known(wide_a[i]) || !known(wide_b[i]))) continue;
    if (wide_a[i] != wide_b[i]) return false;
  }
  return true;
}

/// One file: its stream, and the values so far of the signals it shows.
struct Side {
  std::vector<trace::WaveSignal> signals;           ///< each once
  std::vector<std::vector<std::uint32_t>> nets_of;  ///< by place in `signals`
  std::vector<std::uint32_t> place_of_net;
  std::vector<std::string> values;  ///< by place
  std::unique_ptr<WaveStream> stream;

  void start(std::unique_ptr<WaveReader> reader, const std::vector<trace::WaveSignal>& of_nets,
             SimTime from, SimTime to) {
    std::map<trace::WaveSignal, std::uint32_t> places;
    for (std::uint32_t net = 0; net < of_nets.size(); ++net) {
      const auto [at, fresh] =
          places.emplace(of_nets[net], static_cast<std::uint32_t>(signals.size()));
      if (fresh) {
        signals.push_back(of_nets[net]);
        nets_of.emplace_back();
      }
      nets_of[at->second].push_back(net);
      place_of_net.push_back(at->second);
    }
    values.resize(signals.size());
    stream = std::make_unique<WaveStream>(std::move(reader), signals, from, to);
  }

  /// Takes the changes of `now`; the nets that they concern are added to `touched`.
  void take(SimTime now, std::vector<std::uint32_t>& touched) {
    while (const WaveChange* change = stream->peek()) {
      if (change->time != now) return;
      values[change->signal] = change->bits;
      const std::vector<std::uint32_t>& nets = nets_of[change->signal];
      touched.insert(touched.end(), nets.begin(), nets.end());
      stream->pop();
    }
  }
};

class Comparison {
 public:
  Comparison(const Matched& nets, const WaveDiffOptions& options, WaveDiffOutcome& outcome)
      : nets_(nets), options_(options), outcome_(outcome) {}

  Status run(std::unique_ptr<WaveReader> reader_a, std::unique_ptr<WaveReader> reader_b) {
    a_.start(std::move(reader_a), nets_.a, outcome_.from, outcome_.to);
    b_.start(std::move(reader_b), nets_.b, outcome_.from, outcome_.to);
    std::vector<std::uint32_t> touched;
    while (true) {
      const WaveChange* in_a = a_.stream->peek();
      const WaveChange* in_b = b_.stream->peek();
      if (in_a == nullptr && in_b == nullptr) break;
      const SimTime now = in_a == nullptr   ? in_b->time
                          : in_b == nullptr ? in_a->time
                                            : std::min(in_a->time, in_b->time);
      touched.clear();
      a_.take(now, touched);
      b_.take(now, touched);
      ++outcome_.instants;
      if (differ(now, touched)) return {};
    }
    HEDDLE_TRY_STATUS(a_.stream->status());
    return b_.stream->status();
  }

 private:
  bool differ(SimTime now, std::vector<std::uint32_t>& touched) {
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    for (const std::uint32_t net : touched) {
      const std::string& value_a = a_.values[a_.place_of_net[net]];
      const std::string& value_b = b_.values[b_.place_of_net[net]];
      if (equal(value_a, value_b, options_.ignore_x)) continue;
      ++outcome_.differing_count;
      if (!outcome_.first) outcome_.first = {now, nets_.names[net], value_a, value_b};
    }
    return outcome_.first.has_value();
  }

  const Matched& nets_;
  const WaveDiffOptions& options_;
  WaveDiffOutcome& outcome_;
  Side a_;
  Side b_;
};

}  // namespace

Result<WaveDiffOutcome> diff_waves(const std::string& a, const std::string& b,
                                   const WaveDiffOptions& options) {
  HEDDLE_TRY(auto reader_a, WaveReader::open(a));
  HEDDLE_TRY(auto reader_b, WaveReader::open(b));
  HEDDLE_TRY_STATUS(check_scope(reader_a->hierarchy(), options.scope_a, a));
  HEDDLE_TRY_STATUS(check_scope(reader_b->hierarchy(), options.scope_b, b));
  WaveDiffOutcome outcome;
  std::tie(outcome.scope_a, outcome.scope_b) =
      best_scopes(reader_a->hierarchy(), reader_b->hierarchy(), options);
  const auto is_chosen = [&](const std::string& name) {
    return std::any_of(options.nets.begin(), options.nets.end(),
                       [&](const std::string& glob) { return glob_match(glob, name); });
  };
  const NetsByName nets_a = nets_below(reader_a->hierarchy(), outcome.scope_a);
  const NetsByName nets_b = nets_below(reader_b->hierarchy(), outcome.scope_b);
  Matched matched;
  for (const auto& [name, signal] : nets_a) {
    if (!is_chosen(name)) continue;
    const auto other = nets_b.find(name);
    if (other == nets_b.end()) {
      ++outcome.only_a;
      continue;
    }
    matched.names.push_back(name);
    matched.a.push_back(signal);
    matched.b.push_back(other->second);
  }
  for (const auto& [name, signal] : nets_b) {
    if (is_chosen(name) && !nets_a.contains(name)) ++outcome.only_b;
  }
  if (matched.names.empty()) return fail(look::diag::kNoCommonNets, {});
  outcome.compared = matched.names.size();
  outcome.from = std::max({options.from, reader_a->info().start, reader_b->info().start});
  outcome.to = std::min(reader_a->info().end, reader_b->info().end);
  if (options.to) outcome.to = std::min(outcome.to, *options.to);
  Comparison comparison(matched, options, outcome);
  HEDDLE_TRY_STATUS(comparison.run(std::move(reader_a), std::move(reader_b)));
  return outcome;
}

}  // namespace heddle::gate
