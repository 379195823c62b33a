// From the names of files to a `Design`: which reader gets which text.
#include "heddle/gate/design_files.h"

#include <algorithm>
#include <cctype>

#include "design_draft.h"
#include "heddle/base/file.h"
#include "heddle/gate/diagnostics.h"
#include "liberty/reader.h"
#include "manifest/reader.h"
#include "verilog/reader.h"
#include "yosys_reader.h"

namespace heddle::gate {
namespace {

using netlist::DesignDraft;
using netlist::ModuleOrigin;

/// The first word of a text behind blanks and comments.
std::string_view first_word(std::string_view text) {
  const auto skip_past = [&](std::string_view end) {
    const std::size_t at = text.find(end);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
  };
  while (!text.empty()) {
    if (text.starts_with("//")) {
      skip_past("\n");
    } else if (text.starts_with("/*") || text.starts_with("(*")) {
      skip_past(text.starts_with("/*") ? "*/" : "*)");
    } else if (std::isspace(static_cast<unsigned char>(text.front())) != 0) {
      text.remove_prefix(1);
    } else {
      break;
    }
  }
  if (text.starts_with('{') || text.starts_with('`')) return text.substr(0, 1);
  std::size_t length = 0;
  while (length < text.size() && std::isalpha(static_cast<unsigned char>(text[length])) != 0) {
    ++length;
  }
  return text.substr(0, length);
}

class DesignReader {
 public:
  DesignReader(const DesignFiles& files, std::vector<std::pair<std::string, std::string>> texts)
      : files_(files), draft_(std::move(texts)) {}

  Result<Design> run() {
    if (!files_.manifest.empty()) read_manifest();
    for (std::size_t i = 0; i <= files_.cells.size(); ++i) {
      read(i, i == 0 ? ModuleOrigin::Netlist : ModuleOrigin::Library);
    }
    return draft_.finish();
  }

 private:
  void read_manifest() {
    manifest_ = netlist::read_manifest(draft_, draft_.data().files.size() - 1);
  }

  void read(std::size_t file, ModuleOrigin origin) {
    const std::string& name = draft_.data().files[file].name;
    switch (detect_format(name, draft_.text(file))) {
      case NetlistFormat::YosysJson:
        if (file != 0) break;
        netlist::YosysReader(draft_.data(), draft_.names(), draft_.errors()).read();
        return draft_.set_origin(origin);
      case NetlistFormat::Verilog:
        if (file == 0) draft_.data().drops_fillers = true;
        return netlist::verilog::Reader(draft_, file, origin, manifest_.defines).read();
      case NetlistFormat::Liberty:
        if (file == 0) break;
        return netlist::liberty::Reader(draft_, file).read();
      case NetlistFormat::Unknown: break;
    }
    draft_.errors().add(Diagnostic(diag::kUnknownFormat, {name, 0, 0}, {}));
  }

  const DesignFiles& files_;
  DesignDraft draft_;
  netlist::Manifest manifest_;
};

}  // namespace

NetlistFormat detect_format(std::string_view path, std::string_view text) {
  struct Row {
    std::string_view word;
    NetlistFormat format;
  };
  static constexpr Row kEndings[] = {
      {".json", NetlistFormat::YosysJson}, {".v", NetlistFormat::Verilog},
      {".sv", NetlistFormat::Verilog},     {".vg", NetlistFormat::Verilog},
      {".vh", NetlistFormat::Verilog},     {".lib", NetlistFormat::Liberty},
      {".liberty", NetlistFormat::Liberty}};
  for (const Row& row : kEndings) {
    if (path.ends_with(row.word)) return row.format;
  }
  static constexpr Row kWords[] = {
      {"{", NetlistFormat::YosysJson},       {"`", NetlistFormat::Verilog},
      {"module", NetlistFormat::Verilog},    {"macromodule", NetlistFormat::Verilog},
      {"primitive", NetlistFormat::Verilog}, {"library", NetlistFormat::Liberty}};
  const std::string_view word = first_word(text);
  for (const Row& row : kWords) {
    if (word == row.word) return row.format;
  }
  return NetlistFormat::Unknown;
}

Result<std::vector<DesignText>> read_design_texts(const DesignFiles& files) {
  std::vector<std::string> names{files.netlist};
  names.insert(names.end(), files.cells.begin(), files.cells.end());
  if (!files.manifest.empty()) names.push_back(files.manifest);
  std::vector<DesignText> texts;
  std::uint64_t left = kDesignBytesMax;
  for (const std::string& name : names) {
    HEDDLE_TRY(std::string text, read_file(name, kDesignBytesMax));
    if (text.size() > left) {
      return fail(diag::kFileTooLarge, {name, 0, 0},
                  {std::to_string(text.size()), std::to_string(left)});
    }
    left -= text.size();
    texts.push_back({name, std::move(text)});
  }
  return texts;
}

Result<Design> read_design(const DesignFiles& files, std::vector<DesignText> texts) {
  HEDDLE_CHECK(texts.size() == 1 + files.cells.size() + (files.manifest.empty() ? 0U : 1U));
  std::vector<std::pair<std::string, std::string>> pairs;
  for (DesignText& one : texts) pairs.emplace_back(std::move(one.file), std::move(one.text));
  return DesignReader(files, std::move(pairs)).run();
}

Result<Design> load_design(const DesignFiles& files) {
  HEDDLE_TRY(std::vector<DesignText> texts, read_design_texts(files));
  return read_design(files, std::move(texts));
}

}  // namespace heddle::gate
