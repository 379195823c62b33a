#include "support/temp_directory.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace heddle::test {

namespace fs = std::filesystem;

TempDirectory::TempDirectory() {
  path_ = (fs::temp_directory_path() / "heddle_test_XXXXXX").string();
  if (mkdtemp(path_.data()) == nullptr) ADD_FAILURE() << "cannot make " << path_;
}

TempDirectory::~TempDirectory() {
  if (path_.empty()) return;  // moved from
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TempDirectory::write(const std::string& name, const std::string& text) const {
  const std::string path = file(name);
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) ADD_FAILURE() << "cannot write " << path;
  return path;
}

std::string text_of_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) ADD_FAILURE() << "cannot read " << path;
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace heddle::test
