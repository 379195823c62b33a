// Choosing by glob; folding changes into columns, so that memory is bounded by
// the picture and not by the file.
#include "trace/wave_rows.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "heddle/base/check.h"
#include "heddle/base/text.h"
#include "heddle/trace/diagnostics.h"

namespace heddle::trace {
namespace {

/// A glob is for the full name, or for what follows the top scope.
bool is_match(const std::string& glob, const std::string& name) {
  if (glob_match(glob, name)) return true;
  const std::size_t dot = name.find('.');
  return dot != std::string::npos && glob_match(glob, std::string_view(name).substr(dot + 1));
}

std::string nearest_help(const std::string& glob, const std::vector<std::string>& names) {
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string_view nearest = nearest_name(glob, views);
  if (!nearest.empty()) return "did you mean '" + std::string(nearest) + "'?";
  if (names.empty()) return "the file has no variables";
  return "the file has " + std::to_string(names.size()) + " variables; the first is '" +
         names.front() + "'";
}

/// Indices of variables, by glob and then by place in the file, each once.
Result<std::vector<std::size_t>> choose(const std::vector<std::string>& names,
                                        const std::vector<std::string>& globs) {
  std::vector<std::size_t> chosen;
  std::vector<bool> is_taken(names.size(), false);
  Diagnostics problems;
  for (const std::string& glob : globs) {
    bool has_match = false;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!is_match(glob, names[i])) continue;
      has_match = true;
      if (!is_taken[i]) chosen.push_back(i);
      is_taken[i] = true;
    }
    if (!has_match) {
      problems.add(Diagnostic(diag::kNoSuchSignal, {}, {glob, nearest_help(glob, names)}));
    }
  }
  if (problems.has_errors()) return fail(std::move(problems));
  return chosen;
}

/// The scopes that all names begin with, the last dot included.
std::string common_scope(const std::vector<std::string>& names) {
  std::string common = names.empty() ? std::string() : names.front();
  for (const std::string& name : names) {
    const auto differ = std::mismatch(common.begin(), common.end(), name.begin(), name.end());
    common.erase(differ.first, common.end());
  }
  const std::size_t dot = common.rfind('.');
  return dot == std::string::npos ? std::string() : common.substr(0, dot + 1);
}

/// Folds values into the columns of every row that shows the signal.
class Folder final : public WaveVisitor {
 public:
  Folder(WaveRows& rows, std::uint32_t column_count) : rows_(rows), column_count_(column_count) {}

  void show(WaveSignal signal, std::size_t row) { rows_of_[signal].push_back(row); }

  bool value(SimTime time, WaveSignal signal, const WaveValue& value) override {
    const std::uint32_t column = column_of(time);
    for (const std::size_t row : rows_of_[signal]) {
      std::vector<WaveSegment>& segments = rows_.rows[row].segments;
      std::string text = text_of(value);
      if (!segments.empty() && segments.back().column == column) {
        segments.back().value = std::move(text);
        segments.back().is_crowded = true;
      } else {
        segments.push_back({column, std::move(text), false});
      }
    }
    return true;
  }

 private:
  [[nodiscard]] std::uint32_t column_of(SimTime time) const {
    const __int128 at = (time - rows_.from).count();
    return static_cast<std::uint32_t>(at * column_count_ / (rows_.to - rows_.from).count());
  }

  static std::string text_of(const WaveValue& value) {
    if (!value.is_real) return std::string(value.bits);
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value.real);
    return text;
  }

  WaveRows& rows_;
  std::uint32_t column_count_ = 0;
  std::map<WaveSignal, std::vector<std::size_t>> rows_of_;
};

Status settle_window(const WaveInfo& info, const WaveDrawParams& params, WaveRows& rows) {
  rows.from = params.from;
  rows.to = params.to.ps() < 0 ? info.end : params.to;
  if (rows.from.ps() >= 0 && rows.from < rows.to && rows.from < info.end) return {};
  return fail(diag::kEmptyWindow, {},
              {std::to_string(rows.from.ps()), std::to_string(rows.to.ps()),
               std::to_string(info.start.ps()), std::to_string(info.end.ps())});
}

}  // namespace

Result<WaveRows> choose_rows(const WaveReader& reader, const WaveDrawParams& params) {
  WaveRows out;
  HEDDLE_TRY_STATUS(settle_window(reader.info(), params, out));
  const WaveHierarchy& tree = reader.hierarchy();
  const std::vector<std::string> names = tree.full_names();
  HEDDLE_TRY(std::vector<std::size_t> chosen, choose(names, params.globs));
  if (chosen.size() > params.row_count_max) {
    out.left_out_count = chosen.size() - params.row_count_max;
    chosen.resize(params.row_count_max);
  }
  std::vector<std::string> chosen_names;
  chosen_names.reserve(chosen.size());
  for (const std::size_t index : chosen) chosen_names.push_back(names[index]);
  out.scope = common_scope(chosen_names);
  for (const std::size_t index : chosen) {
    const WaveVariable& variable = tree.variables()[index];
    const std::uint32_t width = tree.width(variable.signal);
    const std::string range = range_text(variable.options, width);
    out.rows.push_back({names[index].substr(out.scope.size()) + range,
                        variable.signal,
                        width == 1,
                        width == 0,
                        {}});
  }
  return out;
}

Status read_rows(WaveReader& reader, std::uint32_t column_count, WaveRows& rows) {
  Folder folder(rows, column_count);
  std::vector<WaveSignal> signals;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    folder.show(rows.rows[i].signal, i);
    signals.push_back(rows.rows[i].signal);
  }
  return reader.read(signals, rows.from, rows.to, folder);
}

}  // namespace heddle::trace
